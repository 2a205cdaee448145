package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;

/** What a certificate must be so that it proves who shows it. */
class NodeTrustTest {
    private static final String ANY = "ECDHE_ECDSA";

    private final NodeIdentity identity = NodeIdentity.generate();
    private final List<CertificateException> refusals = new ArrayList<>();
    private final NodeTrust trust = new NodeTrust(node -> true, refusals::add);

    private CertificateException refused(X509Certificate... chain) {
        CertificateException refusal =
                assertThrows(CertificateException.class, () -> trust.checkClientTrusted(chain, ANY, (SSLEngine) null));
        assertSame(refusal, refusals.get(refusals.size() - 1));
        return refusal;
    }

    @Test
    void aNodeProvesWhoItIs() throws Exception {
        X509Certificate certificate = NodeCertificate.of(identity).certificate();
        assertEquals(identity.nodeId(), NodeTrust.nodeId(certificate));
        trust.checkClientTrusted(new X509Certificate[] {certificate}, ANY, (SSLEngine) null);
        trust.checkServerTrusted(new X509Certificate[] {certificate}, ANY, (SSLEngine) null);
        assertEquals(List.of(), refusals);
    }

    @Test
    void eachRunHasACertificateOfItsOwn() {
        X509Certificate one = NodeCertificate.of(identity).certificate();
        X509Certificate another = NodeCertificate.of(identity).certificate();
        assertTrue(!one.getPublicKey().equals(another.getPublicKey()));
        assertTrue(!one.getSerialNumber().equals(another.getSerialNumber()));
    }

    @ParameterizedTest
    @EnumSource
    void aForgeryIsRefused(Forgeries forgery) throws Exception {
        CertificateException refusal = refused(forgery.of(identity).certificate());
        assertTrue(refusal.getMessage().contains(forgery.says), refusal.getMessage());
    }

    /** TLS has alerts of its own for these. */
    @Test
    void theTypesOfRefusalsThatTlsTellsApart() throws Exception {
        assertInstanceOf(
                CertificateExpiredException.class,
                refused(Forgeries.EXPIRED.of(identity).certificate()));
        assertInstanceOf(
                CertificateNotYetValidException.class,
                refused(Forgeries.NOT_YET_VALID.of(identity).certificate()));
    }

    @ParameterizedTest
    @NullAndEmptySource
    void noCertificateIsRefused(X509Certificate[] none) {
        assertTrue(refused(none).getMessage().contains("no certificate"));
    }

    @Test
    void severalCertificatesAreRefused() {
        X509Certificate right = NodeCertificate.of(identity).certificate();
        String message = refused(right, right).getMessage();
        assertTrue(message.contains("2 certificates"), message);
    }

    @Test
    void whoMayNotComeIsRefusedByName() throws Exception {
        NodeTrust strict = new NodeTrust(identity.nodeId()::equals, refusals::add);
        strict.checkServerTrusted(
                new X509Certificate[] {NodeCertificate.of(identity).certificate()}, ANY, (Socket) null);
        NodeIdentity other = NodeIdentity.generate();
        CertificateException refusal = assertThrows(
                CertificateException.class,
                () -> strict.checkServerTrusted(
                        new X509Certificate[] {NodeCertificate.of(other).certificate()}, ANY, (SSLEngine) null));
        assertTrue(refusal.getMessage().contains(other.nodeId().toString()), refusal.getMessage());
        assertEquals(List.of(refusal), refusals);
    }

    @Test
    void everyWayToAskChecks() throws Exception {
        X509Certificate[] forged = {Forgeries.REPLAYED_EXTENSION.of(identity).certificate()};
        assertThrows(CertificateException.class, () -> trust.checkClientTrusted(forged, ANY));
        assertThrows(CertificateException.class, () -> trust.checkServerTrusted(forged, ANY));
        assertThrows(CertificateException.class, () -> trust.checkClientTrusted(forged, ANY, (Socket) null));
        assertThrows(CertificateException.class, () -> trust.checkServerTrusted(forged, ANY, (Socket) null));
        assertThrows(CertificateException.class, () -> trust.checkClientTrusted(forged, ANY, (SSLEngine) null));
        assertThrows(CertificateException.class, () -> trust.checkServerTrusted(forged, ANY, (SSLEngine) null));
        assertEquals(6, refusals.size());
        assertEquals(0, trust.getAcceptedIssuers().length);
    }

    @Test
    void theExtensionMayBeCriticalAndOthersBesideItMayNot() throws Exception {
        Forgery critical = Forgery.p256();
        critical.extension(
                SignedKey.OID,
                true,
                SignedKey.sign(identity, critical.key()).toASN1Primitive().getEncoded());
        assertEquals(identity.nodeId(), NodeTrust.nodeId(critical.certificate()));
        Forgery more = Forgery.p256()
                .vouchedFor(identity)
                .extension(new ASN1ObjectIdentifier("1.2.3.4"), false, new byte[] {5, 0});
        assertEquals(identity.nodeId(), NodeTrust.nodeId(more.certificate()));
    }

    @Test
    void libp2pCertificateOfAnEd25519Key() throws Exception {
        assertEquals(
                NodeId.of(HexFormat.of().parseHex(Libp2pVectors.ED25519_KEY)),
                NodeTrust.nodeId(Libp2pVectors.certificate(Libp2pVectors.ED25519)));
    }

    @Test
    void libp2pCertificatesOfOtherKeysAreRefused() throws Exception {
        for (String vector : List.of(Libp2pVectors.ECDSA, Libp2pVectors.SECP256K1, Libp2pVectors.INVALID)) {
            String message = refused(Libp2pVectors.certificate(vector)).getMessage();
            assertTrue(message.contains("no Ed25519 key"), message);
        }
    }

    /** The invalid one of libp2p's has an ECDSA key, which would be refused anyway: so also with the Ed25519 one. */
    @Test
    void libp2pCertificateWithAnyBitOfItsSignatureTurned() throws Exception {
        byte[] right = HexFormat.of().parseHex(Libp2pVectors.ED25519);
        X509Certificate certificate = Libp2pVectors.certificate(Libp2pVectors.ED25519);
        byte[] extension = ASN1OctetString.getInstance(certificate.getExtensionValue(SignedKey.OID.getId()))
                .getOctets();
        assertTrue(HexFormat.of().formatHex(right).contains(HexFormat.of().formatHex(extension)));
        for (int bit = 0; bit < extension.length * 8; bit++) {
            byte[] wrong = extension.clone();
            wrong[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(CertificateException.class, () -> SignedKey.verify(wrong, certificate.getPublicKey()));
        }
    }
}
