package dev.eventtarget.quic;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What any logger is told that has a secret in it, those of Vert.x and of this library at every level. */
final class SecretLog extends Handler implements AutoCloseable {
    private static final Logger ROOT = Logger.getLogger("");

    /** Kept, as loggers that nobody holds are forgotten with their levels. Their own level stays: others' tests don't mind. */
    private static final List<Logger> ALL = List.of(Logger.getLogger("dev.eventtarget"), Logger.getLogger("io.vertx"));

    static {
        ALL.forEach(logger -> logger.setLevel(Level.ALL));
    }

    private final String secret;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    SecretLog(String secret) {
        this.secret = secret;
        setFormatter(new SimpleFormatter());
        setLevel(Level.ALL);
        ROOT.addHandler(this);
    }

    /** {@return the records that have it, with their stack traces} */
    List<String> lines() {
        return lines;
    }

    @Override
    public void publish(LogRecord entry) {
        StringWriter text = new StringWriter().append(getFormatter().formatMessage(entry));
        if (entry.getThrown() != null) {
            entry.getThrown().printStackTrace(new PrintWriter(text));
        }
        if (text.toString().contains(secret)) {
            lines.add(text.toString());
        }
    }

    @Override
    public void flush() {
        // it keeps what it gets
    }

    @Override
    public void close() {
        ROOT.removeHandler(this);
    }
}
