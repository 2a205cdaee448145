package dev.eventtarget.cli;

import dev.eventtarget.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * Has a configuration file read again on SIGHUP, and when it or a file that it names has changed. Their content is compared,
 * as what is mounted or linked anew may have any time.
 */
final class HubReload implements AutoCloseable {
    private static final long POLL_MILLIS = 1000;
    private static final String SIGNAL = "HUP";

    private final Path path;
    private final PrintWriter err;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "pubsub-reload");
        made.setDaemon(true);
        return made;
    });

    private Set<Path> files = Set.of();

    /** What was taken, or refused; by path. */
    private Map<Path, ByteBuffer> known = Map.of();

    /** What was read last: what is read twice alike is not being written. */
    private Map<Path, ByteBuffer> last = Map.of();

    private boolean started;
    private @Nullable Object handledBefore;

    /** Goes over to what a file says now. */
    @FunctionalInterface
    interface Change {
        /**
         * Goes over, whole or not at all.
         *
         * @param file just read
         * @throws ConfigurationException if it can't be
         */
        void to(HubFile file) throws InterruptedException;
    }

    /**
     * Makes one that does not look yet.
     *
     * @param path the configuration file
     * @param err is told what becomes of each change
     */
    HubReload(Path path, PrintWriter err) {
        this.path = path;
        this.err = err;
    }

    /**
     * Reads the file for the first time. What changes from now on is a change, be it that nobody looks yet.
     *
     * @throws FaultyFileException with all mistakes
     */
    HubFile read() {
        files = HubFile.read(path).files();
        known = contents();
        last = known;
        return HubFile.read(path);
    }

    /**
     * Looks from now on.
     *
     * @param change is called on a thread of its own
     */
    void start(Change change) {
        started = true;
        var unused = thread.scheduleWithFixedDelay(() -> look(change), POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
        handledBefore = Signals.register(SIGNAL, () -> thread.execute(() -> reload(change)));
    }

    private void look(Change change) {
        Map<Path, ByteBuffer> now = contents();
        boolean settled = now.equals(last);
        last = now;
        if (settled && !now.equals(known)) {
            reload(change);
        }
    }

    private void reload(Change change) {
        Map<Path, ByteBuffer> now = contents();
        known = now;
        try {
            HubFile file = HubFile.read(path);
            change.to(file);
            files = file.files();
            known = contents();
            // what has changed since it was read is a change
            known.replaceAll((one, content) -> now.getOrDefault(one, content));
            last = known;
            err.println("reloaded " + path);
        } catch (FaultyFileException e) {
            e.mistakes().forEach(err::println);
            err.println(path + " is not taken: the hub goes on as it was");
        } catch (ConfigurationException e) {
            err.println(Main.describe(e));
            err.println(path + " is not taken: the hub goes on as it was");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) { // what a future of Vert.x' fails with; the next change must be looked at all the same
            err.println(path + " is not taken: " + Main.describe(e));
        }
    }

    private Map<Path, ByteBuffer> contents() {
        Map<Path, ByteBuffer> contents = new HashMap<>();
        contents.put(path, content(path));
        files.forEach(file -> contents.put(file, content(file)));
        return contents;
    }

    private static ByteBuffer content(Path file) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            return ByteBuffer.allocate(0);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }

    @Override
    public void close() {
        if (started) {
            Signals.unregister(SIGNAL, handledBefore);
        }
        thread.shutdownNow();
    }
}
