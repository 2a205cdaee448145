package dev.eventtarget.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/** The last line of a terminal, below what is printed. One thread's to use at a time. */
final class StatusLine {
    private static final String ERASE = "\r\u001b[2K";
    private static final int WIDTH = 79;
    private static final int TYPES = 8;

    private final PrintWriter terminal;
    private String text = "";

    StatusLine(PrintWriter terminal) {
        this.terminal = terminal;
    }

    /** Takes it away, before something is printed. */
    void hide() {
        if (!text.isEmpty()) {
            terminal.print(ERASE);
            terminal.flush();
        }
    }

    /** Puts it back. */
    void show() {
        if (!text.isEmpty()) {
            terminal.print(ERASE + text);
            terminal.flush();
        }
    }

    /** Says what goes on. */
    void update(List<TypeRates.Rate> rates) {
        String all = rates.stream()
                .filter(rate -> rate.events() > 0)
                .limit(TYPES)
                .map(rate -> rate.type() + " " + Table.decimal(rate.events()) + "/s")
                .collect(Collectors.joining("  "));
        long total = rates.stream().mapToLong(TypeRates.Rate::total).sum();
        update(Table.number(total) + " events  " + all);
    }

    /** Says what goes on. */
    void update(String line) {
        text = line.length() > WIDTH ? line.substring(0, WIDTH - 1) + "…" : line.stripTrailing();
        show();
    }
}
