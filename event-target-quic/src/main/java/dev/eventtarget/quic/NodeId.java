package dev.eventtarget.quic;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.bouncycastle.util.encoders.Base32;
import org.jspecify.annotations.Nullable;

/**
 * The name of a node: its Ed25519 public key. Who holds the private key can prove to be that node, and nobody else can.
 *
 * <p>As text it is the 32 bytes of the key in base32 (RFC 4648), in lower case and without padding: {@value #LENGTH}
 * letters and digits.
 */
public final class NodeId {
    /** The number of characters of the text. */
    public static final int LENGTH = 52;

    // 52 characters of 5 bits are 4 bits more than the key has: those are zero
    private static final Pattern TEXT = Pattern.compile("[a-z2-7]{" + (LENGTH - 1) + "}[aq]");
    private static final String PADDING = "====";

    private final byte[] key;

    private NodeId(byte[] key) {
        this.key = key;
    }

    /**
     * Reads the text of a NodeId.
     *
     * @param text as {@link #toString} writes it
     * @return the NodeId
     * @throws IllegalArgumentException if it is none
     */
    public static NodeId of(String text) {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "A NodeId is " + LENGTH
                            + " characters, each a letter from a to z or a digit from 2 to 7, as pubsub identity show prints it");
        }
        try {
            return of(Base32.decode(text.toUpperCase(Locale.ROOT) + PADDING));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is no NodeId: it is no Ed25519 public key", e);
        }
    }

    /** Of the bytes of a public key (RFC 8032, section 5.1.5). */
    static NodeId of(byte[] key) {
        if (key.length != Ed25519.PUBLIC_KEY_SIZE || !Ed25519.validatePublicKeyPartial(key, 0)) {
            throw new IllegalArgumentException("It is no Ed25519 public key");
        }
        return new NodeId(key.clone());
    }

    byte[] key() {
        return key.clone();
    }

    boolean verifies(byte[] message, byte[] signature) {
        return signature.length == Ed25519.SIGNATURE_SIZE
                && new Ed25519PublicKeyParameters(key)
                        .verify(Ed25519.Algorithm.Ed25519, null, message, 0, message.length, signature, 0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NodeId that && Arrays.equals(key, that.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }

    /** {@return the text} */
    @Override
    public String toString() {
        return Base32.toBase32String(key).substring(0, LENGTH).toLowerCase(Locale.ROOT);
    }
}
