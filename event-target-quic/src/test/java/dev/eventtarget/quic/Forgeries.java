package dev.eventtarget.quic;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;

/** All the ways in which one certificate proves nothing, each with what the refusal says. */
enum Forgeries {
    BAD_SIGNATURE("is not over the certificate's key") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            Forgery forgery = Forgery.p256();
            byte[] signature = signature(identity, forgery);
            signature[7] ^= 1;
            return forgery.extension(signedKey(hostKey(identity), signature));
        }
    },
    SIGNATURE_OF_ANOTHER_NODE("is not over the certificate's key") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            Forgery forgery = Forgery.p256();
            return forgery.extension(signedKey(hostKey(identity), signature(NodeIdentity.generate(), forgery)));
        }
    },
    SIGNATURE_TOO_SHORT("is not over the certificate's key") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            return Forgery.p256().extension(signedKey(hostKey(identity), new byte[63]));
        }
    },
    SIGNATURE_WITHOUT_CONTEXT("is not over the certificate's key") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            Forgery forgery = Forgery.p256();
            return forgery.extension(
                    signedKey(hostKey(identity), identity.sign(forgery.key().getEncoded())));
        }
    },
    REPLAYED_EXTENSION("is not over the certificate's key") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            byte[] seen = NodeCertificate.of(identity).certificate().getExtensionValue(SignedKey.OID.getId());
            return Forgery.p256().extension(ASN1OctetString.getInstance(seen).getOctets());
        }
    },
    WRONG_CERTIFICATE_KEY("not signed by its own key") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            return Forgery.p256().vouchedFor(identity).signedBy(Forgery.ec("secp256r1"), "SHA256withECDSA");
        }
    },
    EXPIRED("has expired on") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            return Forgery.p256().vouchedFor(identity).validUntil(Instant.now().minus(Duration.ofMinutes(5)));
        }
    },
    NOT_YET_VALID("is not valid before") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            return Forgery.p256().vouchedFor(identity).validFrom(Instant.now().plus(Duration.ofMinutes(5)));
        }
    },
    NO_EXTENSION("names no node") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            return Forgery.p256();
        }
    },
    OTHER_EXTENSION("names no node") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            Forgery forgery = Forgery.p256();
            return forgery.extension(
                    new ASN1ObjectIdentifier("1.3.6.1.4.1.53594.1.2"),
                    false,
                    SignedKey.sign(identity, forgery.key()).toASN1Primitive().getEncoded());
        }
    },
    RSA_HOST_KEY("no Ed25519 key") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            byte[] rsa = Forgery.rsa().getPublic().getEncoded();
            byte[] hostKey = new byte[5 + rsa.length];
            System.arraycopy(
                    new byte[] {8, 0, 18, (byte) (rsa.length & 0x7f | 0x80), (byte) (rsa.length >> 7)},
                    0,
                    hostKey,
                    0,
                    5);
            System.arraycopy(rsa, 0, hostKey, 5, rsa.length);
            return Forgery.p256().extension(signedKey(hostKey, new byte[256]));
        }
    },
    SECP256K1_HOST_KEY("no Ed25519 key") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            byte[] hostKey = HexFormat.of()
                    .parseHex("080212210206dc6968726765b820f050263ececf7f71e4955892776c0970542efd689d2382");
            return Forgery.p256().extension(signedKey(hostKey, new byte[64]));
        }
    },
    UNFINISHED_PROTOBUF("no Ed25519 key") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            return Forgery.p256().extension(signedKey(new byte[] {8, 1, 18, 32, 7}, new byte[64]));
        }
    },
    NOT_ON_THE_CURVE("no valid Ed25519 key") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            byte[] hostKey = hostKey(identity);
            java.util.Arrays.fill(hostKey, 4, hostKey.length, (byte) 0xff);
            return Forgery.p256().extension(signedKey(hostKey, new byte[64]));
        }
    },
    NEUTRAL_ELEMENT("no valid Ed25519 key") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            // anybody can sign for the neutral element: with R = B and S = 1
            byte[] hostKey = hostKey(identity);
            java.util.Arrays.fill(hostKey, 4, hostKey.length, (byte) 0);
            hostKey[4] = 1;
            byte[] signature = new byte[64];
            java.util.Arrays.fill(signature, 0, 32, (byte) 0x66);
            signature[0] = 0x58;
            signature[32] = 1;
            return Forgery.p256().extension(signedKey(hostKey, signature));
        }
    },
    NO_DER("malformed") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            return Forgery.p256()
                    .extension(new byte[] {0x30, (byte) 0x84, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff});
        }
    },
    EMPTY_EXTENSION("malformed") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            return Forgery.p256().extension(new byte[0]);
        }
    },
    BYTES_BEHIND_THE_EXTENSION("malformed") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            Forgery forgery = Forgery.p256();
            byte[] right =
                    SignedKey.sign(identity, forgery.key()).toASN1Primitive().getEncoded();
            return forgery.extension(java.util.Arrays.copyOf(right, right.length + 1));
        }
    },
    NO_SEQUENCE("malformed") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            return Forgery.p256().extension(new DEROctetString(hostKey(identity)));
        }
    },
    NO_OCTETS("malformed") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            return Forgery.p256()
                    .extension(new DERSequence(new ASN1Encodable[] {new ASN1Integer(1), DERNull.INSTANCE}));
        }
    },
    ONE_OF_TWO("malformed") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            return Forgery.p256().extension(new DERSequence(new DEROctetString(hostKey(identity))));
        }
    },
    THREE_OF_TWO("malformed") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            Forgery forgery = Forgery.p256();
            ASN1Encodable hostKey = new DEROctetString(hostKey(identity));
            ASN1Encodable signature = new DEROctetString(signature(identity, forgery));
            return forgery.extension(new DERSequence(new ASN1Encodable[] {hostKey, signature, signature}));
        }
    },
    UNKNOWN_CRITICAL_EXTENSION("critical extension that is not known here: 1.2.3.4") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            return Forgery.p256()
                    .vouchedFor(identity)
                    .extension(new ASN1ObjectIdentifier("1.2.3.4"), true, new byte[] {5, 0});
        }
    },
    P384("not signed by a P-256 key with SHA-256") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            var keys = Forgery.ec("secp384r1");
            return Forgery.of(keys).vouchedFor(identity).signedBy(keys, "SHA384withECDSA");
        }
    },
    RSA("not signed by a P-256 key with SHA-256") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            var keys = Forgery.rsa();
            return Forgery.of(keys).vouchedFor(identity).signedBy(keys, "SHA256withRSA");
        }
    },
    SHA1("not signed by a P-256 key with SHA-256") {
        @Override
        Forgery of(NodeIdentity identity) throws Exception {
            var keys = Forgery.ec("secp256r1");
            return Forgery.of(keys).vouchedFor(identity).signedBy(keys, "SHA1withECDSA");
        }
    };

    /** In the refusal's message. */
    final String says;

    Forgeries(String says) {
        this.says = says;
    }

    /** Makes one; its maker has the right key, though an attacker who has it needs no forgery. */
    abstract Forgery of(NodeIdentity identity) throws Exception;

    private static byte[] hostKey(NodeIdentity identity) {
        return octets(
                SignedKey.sign(
                        identity, NodeCertificate.of(identity).certificate().getPublicKey()),
                0);
    }

    private static byte[] signature(NodeIdentity identity, Forgery forgery) {
        return octets(SignedKey.sign(identity, forgery.key()), 1);
    }

    private static byte[] octets(ASN1Encodable signedKey, int index) {
        return ASN1OctetString.getInstance(ASN1Sequence.getInstance(signedKey).getObjectAt(index))
                .getOctets();
    }

    private static ASN1Encodable signedKey(byte[] hostKey, byte[] signature) {
        return new DERSequence(new ASN1Encodable[] {new DEROctetString(hostKey), new DEROctetString(signature)});
    }
}
