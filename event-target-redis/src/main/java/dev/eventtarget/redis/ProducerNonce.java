package dev.eventtarget.redis;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargetException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who a producer is, and the sequence numbers that it has used. In a file it outlives the process: sequence numbers are
 * reserved there in blocks, so that a restarted producer never gives an event the ID of another one. While it is open, the
 * file is locked.
 */
final class ProducerNonce implements AutoCloseable {
    private static final long BLOCK = 1 << 20;
    private static final Pattern CONTENT = Pattern.compile("nonce=([0-9a-f]{16,64})\\s+reserved=(\\d{1,18})\\s*");

    private final @Nullable Path path;
    private final @Nullable FileChannel lock;
    private final String nonce;
    private long next;
    private long reserved;

    private ProducerNonce(@Nullable Path path, @Nullable FileChannel lock, String nonce, long next) {
        this.path = path;
        this.lock = lock;
        this.nonce = nonce;
        this.next = next;
        this.reserved = next;
    }

    /** One for this run, or the one in a file, which is made if need be. */
    static ProducerNonce open(@Nullable Path path) {
        if (path == null) {
            return new ProducerNonce(null, null, random(), 0);
        }
        FileChannel lock = null;
        try {
            lock = lock(path);
            String nonce = random();
            long next = 0;
            if (Files.exists(path)) {
                Matcher content = CONTENT.matcher(Files.readString(path));
                if (!content.matches()) {
                    throw new ConfigurationException(
                            "The file " + path
                                    + " is no producer nonce: name another one in producerNoncePath, or delete it if no event is under way");
                }
                nonce = content.group(1);
                next = Long.parseLong(content.group(2));
            }
            ProducerNonce opened = new ProducerNonce(path, lock, nonce, next);
            opened.reserve(1);
            return opened;
        } catch (IOException e) {
            close(lock);
            throw new ConfigurationException(
                    "The producer nonce can't be kept in " + path + " (" + e
                            + "): the directory must exist and be writable",
                    e);
        } catch (RuntimeException e) {
            close(lock);
            throw e;
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        Path lockPath = path.resolveSibling(path.getFileName() + ".lock");
        if (!Files.exists(lockPath)) {
            try {
                Files.createFile(lockPath, ownerOnly());
            } catch (java.nio.file.FileAlreadyExistsException e) {
                // another one was faster: the lock decides
            }
        }
        FileChannel channel = FileChannel.open(lockPath, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // by this process: told below
        }
        channel.close();
        throw new ConfigurationException("The producer nonce in " + path
                + " is in use by another producer: give each its own producerNoncePath, or one target to both");
    }

    String nonce() {
        return nonce;
    }

    /** Gives the first of so many sequence numbers that nobody else has or will have. */
    long next(int count) {
        if (next + count > reserved && path != null) {
            try {
                reserve(count);
            } catch (IOException e) {
                throw new EventTargetException(
                        Reason.TRANSPORT,
                        true,
                        "Sequence numbers can't be reserved in " + path + " (" + e + "): make room, then publish again",
                        e);
            }
        }
        long first = next;
        next += count;
        return first;
    }

    private void reserve(int count) throws IOException {
        if (path == null) {
            return;
        }
        long upTo = next + Math.max(BLOCK, count);
        Path written = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(written);
        try (FileChannel file = FileChannel.open(Files.createFile(written, ownerOnly()), StandardOpenOption.WRITE)) {
            file.write(
                    java.nio.charset.StandardCharsets.US_ASCII.encode("nonce=" + nonce + "\nreserved=" + upTo + "\n"));
            file.force(true);
        }
        Files.move(written, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        reserved = upTo;
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static String random() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        close(lock);
    }

    private static void close(@Nullable FileChannel lock) {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                // the process gives it back at its end
            }
        }
    }
}
