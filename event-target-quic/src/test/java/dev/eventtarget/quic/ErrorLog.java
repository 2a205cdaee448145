package dev.eventtarget.quic;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What was logged that a peer must not be able to bring about. */
final class ErrorLog extends Handler {
    private static final ErrorLog INSTALLED = new ErrorLog();

    private record Defect(Thread thread, boolean isOurs, String text) {}

    private final List<Defect> defects = new CopyOnWriteArrayList<>();

    static {
        Logger.getLogger("").addHandler(INSTALLED);
    }

    private ErrorLog() {
        setFormatter(new SimpleFormatter());
    }

    /** Begins to listen to the log. */
    static void install() {
        // the class does so when it is loaded
    }

    /**
     * All defects so far: this library's errors and leaks, of whichever test, and what libraries did not handle on some
     * threads. On others, clients of other tests meet servers that are killed.
     */
    static List<String> defects(Set<Thread> threads) {
        return INSTALLED.defects.stream()
                .filter(one -> one.isOurs || threads.contains(one.thread))
                .map(Defect::text)
                .toList();
    }

    @Override
    public void publish(LogRecord entry) {
        String message = String.valueOf(entry.getMessage());
        String logger = String.valueOf(entry.getLoggerName());
        boolean isError =
                logger.startsWith("dev.eventtarget") && entry.getLevel().intValue() >= Level.SEVERE.intValue();
        boolean isOurs = isError && !message.contains("given up") || message.startsWith("LEAK");
        if (isOurs
                || message.contains("Unhandled exception")
                || message.contains("exceptionCaught() event was fired")) {
            // it is called on the thread that logs
            defects.add(
                    new Defect(Thread.currentThread(), isOurs, getFormatter().format(entry)));
        }
    }

    @Override
    public void flush() {
        // it keeps what it gets
    }

    @Override
    public void close() {
        // it keeps what it gets
    }
}
