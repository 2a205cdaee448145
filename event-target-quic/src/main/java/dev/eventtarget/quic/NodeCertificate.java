package dev.eventtarget.quic;

import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate for one run of a node, with a key of its own that the node's {@link NodeIdentity} vouches for. */
final class NodeCertificate {
    private static final X500Name NAME = new X500Name("CN=eventtarget");
    // for clocks that differ
    private static final Duration BACKDATED = Duration.ofDays(1);
    // RFC 5280, section 4.1.2.5: no end. What ends is the run, and the key with it
    private static final Instant NO_END = Instant.parse("9999-12-31T23:59:59Z");

    private final KeyPair keys;
    private final X509Certificate certificate;

    private NodeCertificate(KeyPair keys, X509Certificate certificate) {
        this.keys = keys;
        this.certificate = certificate;
    }

    static NodeCertificate of(NodeIdentity identity) {
        try {
            SecureRandom random = new SecureRandom();
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair keys = generator.generateKeyPair();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    NAME,
                    new BigInteger(64, random).setBit(64),
                    Date.from(Instant.now().minus(BACKDATED)),
                    Date.from(NO_END),
                    NAME,
                    keys.getPublic());
            builder.addExtension(SignedKey.OID, false, SignedKey.sign(identity, keys.getPublic()));
            return new NodeCertificate(
                    keys,
                    new JcaX509CertificateConverter()
                            .getCertificate(builder.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("This JVM can make no P-256 certificate", e);
        }
    }

    X509Certificate certificate() {
        return certificate;
    }

    KeyCertOptions keyCertOptions() {
        try {
            char[] none = {};
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, none);
            store.setKeyEntry("node", keys.getPrivate(), none, new Certificate[] {certificate});
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, none);
            return KeyCertOptions.wrap(factory);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("This JVM can keep no key in memory", e);
        }
    }
}
