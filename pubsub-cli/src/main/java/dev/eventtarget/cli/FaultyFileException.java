package dev.eventtarget.cli;

import dev.eventtarget.ConfigurationException;
import java.util.List;

/** A configuration file with mistakes, each told with the place where it stands. */
final class FaultyFileException extends ConfigurationException {
    private static final long serialVersionUID = 1L;

    FaultyFileException(List<String> mistakes) {
        super(String.join("\n", mistakes));
    }

    /** {@return one line for each mistake, which begins with file, line and column} */
    List<String> mistakes() {
        return String.valueOf(getMessage()).lines().toList();
    }
}
