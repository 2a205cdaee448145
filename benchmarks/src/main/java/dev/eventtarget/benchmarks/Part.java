package dev.eventtarget.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tables of one process that measures. */
final class Part {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * As it is kept in a file.
     *
     * @param notes what was measured with, and what was left out
     * @param tables in order
     */
    record Kept(List<String> notes, List<Table> tables) {
        static Kept read(Path file) throws IOException {
            return MAPPER.readValue(file.toFile(), Kept.class);
        }
    }

    /** What measures. */
    interface Measuring {
        void into(Part part) throws Exception;
    }

    private final PrintStream out;
    private final List<String> notes = new ArrayList<>();
    private final List<Table> tables = new ArrayList<>();

    /**
     * @param out gets what is added, as Markdown
     */
    Part(PrintStream out) {
        this.out = out;
    }

    /** Measures, keeps the tables, and ends the process at once, as threads of libraries may not: with 1 where it fails. */
    static void measure(Measuring measuring) {
        try {
            Part part = new Part(System.out);
            measuring.into(part);
            part.keep();
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
        System.exit(0);
    }

    void note(String note) {
        notes.add(note);
        out.printf("%n%s%n", note);
    }

    /** One without rows is passed over. */
    void add(Table table) {
        if (!table.rows().isEmpty()) {
            tables.add(table);
            out.printf("%n### %s%n%s", table.title(), table.markdown());
        }
    }

    Kept kept() {
        return new Kept(List.copyOf(notes), List.copyOf(tables));
    }

    /** Keeps it in the file that the property {@code tables} names, if it does. */
    void keep() throws IOException {
        String file = System.getProperty("tables");
        if (file != null) {
            keep(Path.of(file));
        }
    }

    void keep(Path file) throws IOException {
        MAPPER.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), kept());
    }
}
