package dev.eventtarget.redis;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What is logged at a level that is shown, in lines that have a text in them. */
final class LogLines extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("");
    private final String text;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<Throwable> traces = new CopyOnWriteArrayList<>();

    LogLines(String text) {
        this.text = text;
        setFormatter(new SimpleFormatter());
        setLevel(Level.INFO);
        logger.addHandler(this);
    }

    /** {@return level and message of each} */
    List<String> lines() {
        return lines;
    }

    /** {@return what was logged with its stack trace} */
    List<Throwable> traces() {
        return traces;
    }

    @Override
    public void publish(LogRecord entry) {
        String message = getFormatter().formatMessage(entry);
        if (isLoggable(entry) && message.contains(text)) {
            lines.add(entry.getLevel() + " " + message);
            if (entry.getThrown() != null) {
                traces.add(entry.getThrown());
            }
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
