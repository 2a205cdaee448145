package dev.eventtarget.quic;

import dev.eventtarget.ConfigurationException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * Who a node is: its Ed25519 key pair, whose public half is its {@link NodeId}. The private half never leaves this object,
 * but for the file that it is kept in.
 *
 * <p>The file is an unencrypted private key in PEM (PKCS #8, RFC 8410), as {@code openssl genpkey -algorithm ed25519} writes
 * one. Nobody but its owner may have rights to it; where the file system has no POSIX rights, that is up to its user. A file
 * that exists is never written to.
 */
public final class NodeIdentity {
    private final Ed25519PrivateKeyParameters key;
    private final NodeId nodeId;

    NodeIdentity(Ed25519PrivateKeyParameters key) {
        this.key = key;
        this.nodeId = NodeId.of(key.generatePublicKey().getEncoded());
    }

    /**
     * A new identity that is kept nowhere.
     *
     * @return the identity
     */
    public static NodeIdentity generate() {
        return new NodeIdentity(new Ed25519PrivateKeyParameters(new SecureRandom()));
    }

    /**
     * A new identity, kept in a new file.
     *
     * @param file where to; its directory must exist
     * @return the identity
     * @throws ConfigurationException if there is something already, or it can't be written
     */
    public static NodeIdentity create(Path file) {
        NodeIdentity created = generate();
        if (!NodeIdentityFile.create(file, created.key)) {
            throw new ConfigurationException(
                    file
                            + " exists already, and an identity is never overwritten: name another file, or move that one away");
        }
        return created;
    }

    /**
     * The identity that is kept in a file.
     *
     * @param file the file
     * @return the identity
     * @throws ConfigurationException if there is none, it can't be read, others than its owner may read or write it, or
     *     there is something else in it
     */
    public static NodeIdentity load(Path file) {
        return new NodeIdentity(NodeIdentityFile.read(file));
    }

    /**
     * The identity that is kept in a file; on the first run a new one. Of several processes that run for the first time at
     * once, all get the same.
     *
     * @param file the file
     * @return the identity
     * @throws ConfigurationException as {@link #load} and {@link #create} do
     */
    public static NodeIdentity loadOrCreate(Path file) {
        if (!NodeIdentityFile.exists(file)) {
            NodeIdentity created = generate();
            if (NodeIdentityFile.create(file, created.key)) {
                return created;
            }
        }
        return load(file);
    }

    /** Refuses a file that {@link #loadOrCreate} would refuse, as far as that can be told without making one. */
    static void check(Path file) {
        if (NodeIdentityFile.exists(file)) {
            var unused = load(file);
        } else {
            NodeIdentityFile.checkDirectory(file);
        }
    }

    /** {@return the public half} */
    public NodeId nodeId() {
        return nodeId;
    }

    byte[] sign(byte[] message) {
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        key.sign(Ed25519.Algorithm.Ed25519, null, message, 0, message.length, signature, 0);
        return signature;
    }

    /** {@return the NodeId; nothing secret} */
    @Override
    public String toString() {
        return "NodeIdentity[" + nodeId + "]";
    }
}
