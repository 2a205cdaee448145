package dev.eventtarget.quic;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.bouncycastle.util.Arrays;

/**
 * By which a node vouches for the key of a certificate: what is in the extension that libp2p's TLS handshake has for it.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/tls/tls.md">its specification</a>
 */
final class SignedKey {
    static final ASN1ObjectIdentifier OID = new ASN1ObjectIdentifier("1.3.6.1.4.1.53594.1.1");

    private static final byte[] CONTEXT = "libp2p-tls-handshake:".getBytes(StandardCharsets.US_ASCII);
    // a protobuf message: field 1, the kind of key, is 1 for Ed25519; field 2 are the bytes of the key
    private static final byte[] ED25519 = {8, 1, 18, Ed25519.PUBLIC_KEY_SIZE};

    private SignedKey() {}

    static ASN1Encodable sign(NodeIdentity identity, PublicKey key) {
        return new DERSequence(new ASN1Encodable[] {
            new DEROctetString(Arrays.concatenate(ED25519, identity.nodeId().key())),
            new DEROctetString(identity.sign(message(key)))
        });
    }

    /** {@return who has signed} */
    static NodeId verify(byte[] encoded, PublicKey key) throws CertificateException {
        byte[] hostKey;
        byte[] signature;
        try {
            ASN1Sequence sequence = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(encoded));
            if (sequence.size() != 2) {
                throw new IllegalArgumentException("size");
            }
            hostKey = ASN1OctetString.getInstance(sequence.getObjectAt(0)).getOctets();
            signature = ASN1OctetString.getInstance(sequence.getObjectAt(1)).getOctets();
        } catch (IOException | RuntimeException e) {
            throw new CertificateException("The extension of the certificate that names the node is malformed", e);
        }
        NodeId nodeId = nodeId(hostKey);
        if (!nodeId.verifies(message(key), signature)) {
            throw new CertificateException("The certificate is not the node's own: the signature of " + nodeId
                    + " is not over the certificate's key");
        }
        return nodeId;
    }

    private static NodeId nodeId(byte[] hostKey) throws CertificateException {
        if (hostKey.length != ED25519.length + Ed25519.PUBLIC_KEY_SIZE
                || !java.util.Arrays.equals(hostKey, 0, ED25519.length, ED25519, 0, ED25519.length)) {
            throw new CertificateException("The node's key is no Ed25519 key, and no other kind is taken");
        }
        try {
            return NodeId.of(Arrays.copyOfRange(hostKey, ED25519.length, hostKey.length));
        } catch (IllegalArgumentException e) {
            throw new CertificateException("The node's key is no valid Ed25519 key", e);
        }
    }

    private static byte[] message(PublicKey key) {
        return Arrays.concatenate(CONTEXT, key.getEncoded());
    }
}
