package dev.eventtarget.quic;

import dev.eventtarget.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of NodeIds, one a line; behind a {@code #} is a comment. It is read whole each time, as neither its time nor its
 * size tells for certain that it has not changed.
 */
final class NodeList {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");
    private static final int MAX_BYTES = 16 << 20;

    private final Path file;
    private byte[] content;
    private volatile Set<NodeId> nodes;
    // what was read last and is not taken over: not yet, or never
    private byte @Nullable [] pending;
    private @Nullable String trouble;

    /** Reads it for the first time. */
    NodeList(Path file) {
        this.file = file;
        this.content = read();
        this.nodes = parse(content);
    }

    boolean contains(NodeId node) {
        return nodes.contains(node);
    }

    /**
     * Looks whether it has changed. A change is taken over when it was found the same twice, as who writes it may not be done
     * the first time; what can't be read leaves the list as it was.
     *
     * @return whether another list holds now
     */
    boolean refresh() {
        try {
            byte[] read = read();
            if (!Arrays.equals(read, pending)) {
                pending = read;
                return false;
            }
            boolean changed = !Arrays.equals(read, content);
            if (changed) {
                nodes = parse(read);
                content = read;
                LOG.info("Read {} again: it lists {} nodes now", file, nodes.size());
            } else if (trouble != null) {
                LOG.info("{} is as it was before", file);
            }
            trouble = null;
            return changed;
        } catch (ConfigurationException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.equals(trouble)) {
                trouble = message;
                LOG.warn("{}; until then the list that was read before holds", message);
            }
            return false;
        }
    }

    private byte[] read() {
        try {
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                throw new ConfigurationException("The list " + file + " is no regular file: name a file of NodeIds");
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] read = in.readNBytes(MAX_BYTES + 1);
                if (read.length > MAX_BYTES) {
                    throw new ConfigurationException(
                            "The list " + file + " has more than " + (MAX_BYTES >> 20) + " MiB: make it shorter");
                }
                return read;
            }
        } catch (NoSuchFileException e) {
            throw new ConfigurationException("There is no list " + file + ": make it, if only an empty one", e);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "The list " + file + " can't be read (" + e + "): it must be a file that this user may read", e);
        }
    }

    private Set<NodeId> parse(byte[] read) {
        List<String> lines = new String(read, StandardCharsets.UTF_8).lines().toList();
        Set<NodeId> parsed = new HashSet<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            int comment = line.indexOf('#');
            String entry = (comment < 0 ? line : line.substring(0, comment)).strip();
            if (!entry.isEmpty()) {
                try {
                    parsed.add(NodeId.of(entry));
                } catch (IllegalArgumentException e) {
                    throw new ConfigurationException(
                            file + ", line " + (i + 1) + ": " + e.getMessage() + ". Correct the line", e);
                }
            }
        }
        return parsed;
    }
}
