package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;

/** What comes from others is a NodeId, or is refused as it should be, whatever it is. */
class NodePropertiesTest {
    private static final NodeIdentity IDENTITY = NodeIdentity.generate();
    private static final X509Certificate CERTIFICATE =
            NodeCertificate.of(IDENTITY).certificate();

    record Change(int at, int xor) {
        static byte[] all(List<Change> changes, byte[] bytes) {
            byte[] changed = bytes.clone();
            changes.forEach(change -> changed[change.at % changed.length] ^= (byte) change.xor);
            return changed;
        }
    }

    @Provide
    Arbitrary<Change> change() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 999),
                        Arbitraries.integers().between(1, 255))
                .as(Change::new);
    }

    @Property
    void theTextOfANodeIdLeadsBackToIt(@ForAll @Size(32) byte[] seed) {
        NodeId node = new NodeIdentity(new Ed25519PrivateKeyParameters(seed)).nodeId();
        String text = node.toString();
        assertTrue(text.matches("[a-z2-7]{52}"), text);
        assertEquals(node, NodeId.of(text));
        assertEquals(node.hashCode(), NodeId.of(text).hashCode());
        assertEquals(node, NodeId.of(node.key()));
    }

    /** About half of all numbers are keys, and each has one text. */
    @Property
    void theBytesOfAKeyAreANodeIdOrRefused(@ForAll @Size(32) byte[] key) {
        try {
            NodeId node = NodeId.of(key);
            assertEquals(HexFormat.of().formatHex(key), HexFormat.of().formatHex(node.key()));
            assertEquals(node, NodeId.of(node.toString()));
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().contains("no Ed25519 public key"), e.getMessage());
        }
    }

    @Property
    void anyTextIsRefusedUnlessItIsTheTextOfItsNode(@ForAll String text) {
        onlyItsOwnText(text);
    }

    @Provide
    Arbitrary<String> nearly() {
        return Arbitraries.strings()
                .withChars("abcdefghijklmnopqrstuvwxyz234567")
                .ofMinLength(51)
                .ofMaxLength(53);
    }

    @Property
    void textLikeThatOfANodeIsRefusedUnlessItIsThatText(@ForAll("nearly") String text) {
        onlyItsOwnText(text);
        onlyItsOwnText(text.substring(0, text.length() - 1) + "a");
    }

    private static void onlyItsOwnText(String text) {
        NodeId node;
        try {
            node = NodeId.of(text);
        } catch (IllegalArgumentException e) {
            return;
        }
        assertEquals(text, node.toString());
    }

    @Property
    void anyBytesAsTheExtensionAreRefused(@ForAll byte[] content) {
        assertThrows(CertificateException.class, () -> SignedKey.verify(content, CERTIFICATE.getPublicKey()));
    }

    @Property
    void aChangedExtensionIsRefused(@ForAll @Size(min = 1, max = 4) List<@net.jqwik.api.From("change") Change> changes)
            throws Exception {
        byte[] right = SignedKey.sign(IDENTITY, CERTIFICATE.getPublicKey())
                .toASN1Primitive()
                .getEncoded();
        byte[] changed = Change.all(changes, right);
        if (!Arrays.equals(right, changed)) {
            assertThrows(CertificateException.class, () -> SignedKey.verify(changed, CERTIFICATE.getPublicKey()));
        }
    }

    /** ECDSA has two signatures for each: a change may lead to the other one, and never to another node. */
    @Property
    void aChangedCertificateIsRefusedOrProvesTheSame(
            @ForAll @Size(min = 1, max = 4) List<@net.jqwik.api.From("change") Change> changes) throws Exception {
        byte[] changed = Change.all(changes, CERTIFICATE.getEncoded());
        try {
            X509Certificate read = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(changed));
            assertEquals(IDENTITY.nodeId(), NodeTrust.nodeId(read));
        } catch (CertificateException e) {
            // refused
        }
    }

    /** A certificate whose maker has its key, with any bytes as the extension. */
    @Property(tries = 100)
    void anyBytesInACertificateAreRefused(@ForAll byte[] content) throws Exception {
        X509Certificate certificate = Forgery.p256().extension(content).certificate();
        assertThrows(CertificateException.class, () -> NodeTrust.nodeId(certificate));
    }
}
