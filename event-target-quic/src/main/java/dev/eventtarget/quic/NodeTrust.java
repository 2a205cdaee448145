package dev.eventtarget.quic;

import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/**
 * Trusts a certificate by which a node proves who it is, if that node may come. There is no authority: the certificate is
 * signed by its own key, and the node's key has signed that one.
 */
final class NodeTrust extends X509ExtendedTrustManager {
    private static final AlgorithmIdentifier P256 =
            new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1);

    private final Predicate<NodeId> admitted;
    private final Consumer<CertificateException> refused;

    NodeTrust(Predicate<NodeId> admitted) {
        this(admitted, refusal -> {});
    }

    /** The other side of a handshake gets no more than a number: why it was refused is told here. */
    NodeTrust(Predicate<NodeId> admitted, Consumer<CertificateException> refused) {
        this.admitted = admitted;
        this.refused = refused;
    }

    /** {@return the node that a certificate proves its holder to be} */
    static NodeId nodeId(X509Certificate certificate) throws CertificateException {
        try {
            // as the JDK reads it, whatever the TLS engine's own class for it does
            return prove((X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(certificate.getEncoded())));
        } catch (RuntimeException e) {
            throw new CertificateException("The certificate is malformed", e);
        }
    }

    private static NodeId prove(X509Certificate certificate) throws CertificateException {
        checkForm(certificate);
        checkValidity(certificate);
        checkOwnSignature(certificate);
        byte[] extension = certificate.getExtensionValue(SignedKey.OID.getId());
        if (extension == null) {
            throw new CertificateException("The certificate names no node: it has no extension " + SignedKey.OID);
        }
        return SignedKey.verify(ASN1OctetString.getInstance(extension).getOctets(), certificate.getPublicKey());
    }

    private static void checkForm(X509Certificate certificate) throws CertificateException {
        if (!P256.equals(SubjectPublicKeyInfo.getInstance(
                                certificate.getPublicKey().getEncoded())
                        .getAlgorithm())
                || !X9ObjectIdentifiers.ecdsa_with_SHA256.getId().equals(certificate.getSigAlgOID())) {
            throw new CertificateException(
                    "The certificate is not signed by a P-256 key with SHA-256, and no other kind is taken");
        }
        Set<String> critical = certificate.getCriticalExtensionOIDs();
        if (critical != null) {
            for (String oid : critical) {
                if (!oid.equals(SignedKey.OID.getId())) {
                    throw new CertificateException(
                            "The certificate has a critical extension that is not known here: " + oid);
                }
            }
        }
    }

    private static void checkValidity(X509Certificate certificate) throws CertificateException {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            throw withCause(
                    new CertificateExpiredException("The certificate has expired on "
                            + certificate.getNotAfter().toInstant() + ": compare the clocks, or start that node again"),
                    e);
        } catch (CertificateNotYetValidException e) {
            throw withCause(
                    new CertificateNotYetValidException("The certificate is not valid before "
                            + certificate.getNotBefore().toInstant() + ": compare the clocks of the two nodes"),
                    e);
        }
    }

    private static <E extends Exception> E withCause(E exception, Exception cause) {
        exception.initCause(cause);
        return exception;
    }

    private static void checkOwnSignature(X509Certificate certificate) throws CertificateException {
        try {
            certificate.verify(certificate.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new CertificateException("The certificate is not signed by its own key", e);
        }
    }

    private void check(X509Certificate @Nullable [] chain) throws CertificateException {
        try {
            if (chain == null || chain.length == 0) {
                throw new CertificateException(
                        "The peer shows no certificate, so that nothing proves which node it is");
            }
            if (chain.length > 1) {
                throw new CertificateException("The peer shows " + chain.length
                        + " certificates, and a node has exactly one: there is no authority to sign it");
            }
            NodeId nodeId = nodeId(chain[0]);
            if (!admitted.test(nodeId)) {
                throw new CertificateException("It is the node " + nodeId);
            }
        } catch (CertificateException e) {
            refused.accept(e);
            throw e;
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
