package dev.eventtarget.websocket;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code wss:} address shows and trusts, as its files are at one moment.
 *
 * @param shown the certificate and its key
 * @param trusted who may certify clients; null where clients need no certificate
 */
record ServerCertificates(KeyCertOptions shown, @Nullable TrustOptions trusted) {
    private static final List<String> KEYS = List.of("RSA", "RSASSA-PSS", "EC", "EdDSA", "DSA");

    /** Names files, without a look at them. */
    static void check(EventTargetConfig config) {
        boolean pem = config.string("certFile") != null && config.string("keyFile") != null;
        boolean somePem = config.string("certFile") != null || config.string("keyFile") != null;
        boolean store = config.string("keyStore") != null;
        if (!config.transport().equals("wss")) {
            if (somePem || store || config.string("caFile") != null) {
                throw new ConfigurationException("An address with certificates begins with wss:");
            }
        } else if (store ? somePem : !pem) {
            throw new ConfigurationException("A wss: address needs either certFile and keyFile, or keyStore");
        }
    }

    /**
     * Reads the files. Blocks.
     *
     * @throws ConfigurationException if one can't be read or used, or if a key is not its certificate's
     */
    static ServerCertificates read(Vertx vertx, EventTargetConfig config) {
        boolean store = config.string("keyStore") != null;
        KeyCertOptions shown = store
                ? new PfxOptions()
                        .setValue(content("keyStore", config))
                        .setPassword(config.string("keyStorePassword", ""))
                : new PemKeyCertOptions()
                        .setCertValue(content("certFile", config))
                        .setKeyValue(content("keyFile", config));
        requireMatch(store ? "keyStore" : "keyFile", config, vertx, shown);
        if (config.string("caFile") == null) {
            return new ServerCertificates(shown, null);
        }
        PemTrustOptions trusted = new PemTrustOptions().addCertValue(content("caFile", config));
        try {
            var unused = trusted.getTrustManagerFactory(vertx);
        } catch (Exception e) {
            throw unusable("caFile", config, e);
        }
        return new ServerCertificates(shown, trusted);
    }

    private static Buffer content(String option, EventTargetConfig config) {
        String file = config.string(option, "");
        try {
            return Buffer.buffer(Files.readAllBytes(Path.of(file)));
        } catch (IOException | InvalidPathException e) {
            throw new ConfigurationException(option, option + ": " + file + " can't be read: " + e, e);
        }
    }

    private static ConfigurationException unusable(String option, EventTargetConfig config, Exception e) {
        return new ConfigurationException(
                option, option + ": " + config.string(option) + " can't be used: " + e.getMessage(), e);
    }

    private static void requireMatch(String option, EventTargetConfig config, Vertx vertx, KeyCertOptions shown) {
        try {
            int pairs = 0;
            for (KeyManager manager : shown.getKeyManagerFactory(vertx).getKeyManagers()) {
                if (manager instanceof X509KeyManager keys) {
                    for (String type : KEYS) {
                        String[] aliases = keys.getServerAliases(type, null);
                        for (String alias : aliases == null ? new String[0] : aliases) {
                            pairs++;
                            X509Certificate[] chain = keys.getCertificateChain(alias);
                            if (!match(keys.getPrivateKey(alias), chain[0].getPublicKey())) {
                                throw new ConfigurationException(
                                        option,
                                        option + ": " + config.string(option)
                                                + " has a key that is not the certificate's: give both files of one certificate");
                            }
                        }
                    }
                }
            }
            if (pairs == 0) {
                throw new ConfigurationException(
                        option, option + ": " + config.string(option) + " has no key with a certificate");
            }
        } catch (ConfigurationException e) {
            throw e;
        } catch (Exception e) {
            throw unusable(option, config, e);
        }
    }

    private static boolean match(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        String algorithm = switch (certified.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
            default -> "";
        };
        if (algorithm.isEmpty() || !certified.getAlgorithm().equals(key.getAlgorithm())) {
            // nothing to try out; the handshake shows it
            return algorithm.isEmpty();
        }
        byte[] text = {1, 2, 3};
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(text);
        byte[] signed = signer.sign();
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(certified);
        verifier.update(text);
        return verifier.verify(signed);
    }
}
