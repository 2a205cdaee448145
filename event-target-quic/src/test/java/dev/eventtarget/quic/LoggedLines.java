package dev.eventtarget.quic;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What a logger is told at a level that is shown, and that has a text in it: of other tests as well, which run beside. */
final class LoggedLines extends Handler implements AutoCloseable {
    private final Logger logger;
    private final String text;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    LoggedLines(String logger, String text) {
        this.logger = Logger.getLogger(logger);
        this.text = text;
        setFormatter(new SimpleFormatter());
        setLevel(Level.INFO);
        this.logger.addHandler(this);
    }

    /** The level's name and the message of each. */
    List<String> lines() {
        return lines;
    }

    @Override
    public void publish(LogRecord entry) {
        String message = getFormatter().formatMessage(entry);
        if (isLoggable(entry) && message.contains(text)) {
            lines.add(entry.getLevel().getName() + " " + message);
        }
    }

    @Override
    public void flush() {
        // it keeps what it gets
    }

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
