package dev.eventtarget.quic;

import dev.eventtarget.ConfigurationException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/** The file that a private key is kept in. What is in it never gets into an error. */
final class NodeIdentityFile {
    private static final String TYPE = "PRIVATE KEY";
    private static final int MAX_BYTES = 16 * 1024;
    private static final Set<PosixFilePermission> OWNER_ONLY = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private NodeIdentityFile() {}

    /** Whether there is anything by that name, if only a symbolic link to nothing. */
    static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    static void checkDirectory(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw unwritable(file, "no directory that can be written to", null);
        }
    }

    private static ConfigurationException unwritable(Path file, Object why, @Nullable Throwable cause) {
        return new ConfigurationException(
                "The identity can't be written to " + file + " (" + why
                        + "): its directory must exist, and the user that this runs as must have the right to write there",
                cause);
    }

    static Ed25519PrivateKeyParameters read(Path file) {
        byte[] content;
        try {
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                throw new ConfigurationException("The identity " + file
                        + " is no regular file: name a file with a private key, or one that does not exist yet");
            }
            checkRights(file);
            try (var in = Files.newInputStream(file)) {
                content = in.readNBytes(MAX_BYTES + 1);
            }
        } catch (NoSuchFileException e) {
            throw new ConfigurationException(
                    "There is no identity in " + file + ": make one with pubsub identity new --file " + file, e);
        } catch (AccessDeniedException e) {
            throw new ConfigurationException(
                    "The identity " + file + " can't be read: let the user that this runs as be its owner", e);
        } catch (IOException e) {
            throw new ConfigurationException("The identity " + file + " can't be read (" + e + ")", e);
        }
        Ed25519PrivateKeyParameters key = content.length > MAX_BYTES ? null : parse(content);
        if (key == null) {
            throw new ConfigurationException("The file " + file
                    + " holds no identity, or a damaged one: it must be an unencrypted Ed25519 private key in PEM"
                    + " (-----BEGIN PRIVATE KEY-----). Put back a copy of it, or name another file");
        }
        return key;
    }

    private static void checkRights(Path file) throws IOException {
        PosixFileAttributeView posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (posix != null && !OWNER_ONLY.containsAll(posix.readAttributes().permissions())) {
            throw new ConfigurationException("The identity " + file + " is open to others than its owner ("
                    + PosixFilePermissions.toString(posix.readAttributes().permissions())
                    + "): a key that others have read is not safe any more, make a new one; if nobody has, chmod 600 "
                    + file);
        }
    }

    // no cause is kept of what fails here: it could tell of the key
    private static @Nullable Ed25519PrivateKeyParameters parse(byte[] content) {
        try (PemReader reader = new PemReader(new StringReader(new String(content, StandardCharsets.US_ASCII)))) {
            PemObject pem = reader.readPemObject();
            return pem != null
                            && pem.getType().equals(TYPE)
                            && PrivateKeyFactory.createKey(pem.getContent()) instanceof Ed25519PrivateKeyParameters key
                    ? key
                    : null;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    /** Writes a file with a key, at once or not at all; false if there is one by that name. */
    static boolean create(Path file, Ed25519PrivateKeyParameters key) {
        Path written = null;
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory == null) {
                return false;
            }
            written = Files.createTempFile(directory, "." + file.getFileName(), ".new", ownerOnly(directory));
            try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
                ByteBuffer content = StandardCharsets.US_ASCII.encode(pem(key));
                while (content.hasRemaining()) {
                    channel.write(content);
                }
                channel.force(true);
            }
            publish(written, file);
            force(directory);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw unwritable(file, e, e);
        } finally {
            delete(written);
        }
    }

    // unlike a move, making a link never replaces what is there
    private static void publish(Path written, Path file) throws IOException {
        try {
            Files.createLink(file, written);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            // a file system without links
            Files.move(written, file);
        }
    }

    // so that a NodeId which was told to others outlives a power cut
    private static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // not every system lets a directory be opened
        }
    }

    private static void delete(@Nullable Path written) {
        if (written != null) {
            try {
                Files.deleteIfExists(written);
            } catch (IOException e) {
                written.toFile().deleteOnExit();
            }
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path directory) throws IOException {
        return Files.getFileStore(directory).supportsFileAttributeView(PosixFileAttributeView.class)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static String pem(Ed25519PrivateKeyParameters key) throws IOException {
        PrivateKeyInfo info = new PrivateKeyInfo(
                new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519), new DEROctetString(key.getEncoded()));
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(TYPE, info.getEncoded()));
        }
        return text.toString();
    }
}
