package dev.eventtarget.link;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What was logged that a peer must not be able to bring about. */
final class ErrorLog extends Handler {
    private static final ErrorLog INSTALLED = new ErrorLog();

    /** Vert.x warns after two seconds, which a thread that gets no processor may be away as well. */
    private static final long BLOCKED_MILLIS = 20_000;

    private static final Pattern BLOCKED = Pattern.compile("has been blocked for (\\d+) ms");

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

    static void add(Throwable defect) {
        Logger.getLogger("dev.eventtarget").log(Level.SEVERE, "a defect of Event Target", defect);
    }

    @Override
    public void publish(LogRecord entry) {
        String message = String.valueOf(entry.getMessage());
        if (message.contains("defect of Event Target")
                || message.contains("Unhandled exception")
                || message.startsWith("LEAK")
                || isBlocked(message)) {
            defects.add(getFormatter().format(entry));
        }
    }

    private static boolean isBlocked(String message) {
        Matcher blocked = BLOCKED.matcher(message);
        return blocked.find() && Long.parseLong(blocked.group(1)) > BLOCKED_MILLIS;
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
