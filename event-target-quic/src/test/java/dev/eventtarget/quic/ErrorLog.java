package dev.eventtarget.quic;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What was logged that a peer must not be able to bring about. */
final class ErrorLog extends Handler {
    private static final ErrorLog INSTALLED = new ErrorLog();

    private final List<String> defects = new CopyOnWriteArrayList<>();

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

    /** All defects so far, of whichever test. */
    static List<String> defects() {
        return INSTALLED.defects;
    }

    @Override
    public void publish(LogRecord entry) {
        String message = String.valueOf(entry.getMessage());
        String logger = String.valueOf(entry.getLoggerName());
        boolean ours = logger.startsWith("dev.eventtarget") && entry.getLevel().intValue() >= Level.SEVERE.intValue();
        if (ours && !message.contains("given up")
                || message.contains("Unhandled exception")
                || message.contains("exceptionCaught() event was fired")
                || message.startsWith("LEAK")) {
            defects.add(getFormatter().format(entry));
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
