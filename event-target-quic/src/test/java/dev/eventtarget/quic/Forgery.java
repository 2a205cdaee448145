package dev.eventtarget.quic;

import io.vertx.core.net.KeyCertOptions;
import java.math.BigInteger;
import java.net.Socket;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates that a node would never make. */
final class Forgery {
    private static final X500Name NAME = new X500Name("CN=forged");

    private final KeyPair keys;
    private final List<Extension> extensions = new ArrayList<>();
    private KeyPair signer;
    private String algorithm = "SHA256withECDSA";
    private Instant notBefore = Instant.now().minus(Duration.ofHours(1));
    private Instant notAfter = Instant.now().plus(Duration.ofHours(1));

    private Forgery(KeyPair keys) {
        this.keys = keys;
        this.signer = keys;
    }

    static Forgery p256() throws Exception {
        return of(ec("secp256r1"));
    }

    static Forgery of(KeyPair keys) {
        return new Forgery(keys);
    }

    static KeyPair ec(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    static KeyPair rsa() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    PublicKey key() {
        return keys.getPublic();
    }

    Forgery validFrom(Instant instant) {
        notBefore = instant;
        return this;
    }

    Forgery validUntil(Instant instant) {
        notAfter = instant;
        return this;
    }

    Forgery signedBy(KeyPair other, String by) {
        signer = other;
        algorithm = by;
        return this;
    }

    /** The extension as it should be. */
    Forgery vouchedFor(NodeIdentity identity) throws Exception {
        return extension(SignedKey.sign(identity, key()));
    }

    Forgery extension(ASN1Encodable signedKey) throws Exception {
        return extension(signedKey.toASN1Primitive().getEncoded());
    }

    Forgery extension(byte[] signedKey) {
        return extension(SignedKey.OID, false, signedKey);
    }

    Forgery extension(ASN1ObjectIdentifier oid, boolean critical, byte[] content) {
        extensions.add(new Extension(oid, critical, new DEROctetString(content)));
        return this;
    }

    X509Certificate certificate() throws Exception {
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                NAME, BigInteger.TWO, Date.from(notBefore), Date.from(notAfter), NAME, keys.getPublic());
        for (Extension extension : extensions) {
            builder.addExtension(extension);
        }
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate())));
    }

    /** To show it in a handshake, and whatever else behind it. */
    KeyCertOptions keyCertOptions(X509Certificate... others) throws Exception {
        return KeyCertOptions.wrap(new Shown(
                keys.getPrivate(),
                Stream.concat(Stream.of(certificate()), Stream.of(others)).toArray(X509Certificate[]::new)));
    }

    /** Shows it to everybody, though a key store would find it no valid chain. */
    private static final class Shown extends X509ExtendedKeyManager {
        private static final String ALIAS = "forged";

        private final PrivateKey key;
        private final X509Certificate[] chain;

        Shown(PrivateKey key, X509Certificate[] chain) {
            this.key = key;
            this.chain = chain;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseEngineClientAlias(String[] keyType, Principal[] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain;
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }
}
