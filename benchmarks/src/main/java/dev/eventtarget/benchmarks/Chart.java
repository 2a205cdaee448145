package dev.eventtarget.benchmarks;

import dev.eventtarget.benchmarks.Table.Spread;
import java.util.List;
import java.util.Locale;

/** Draws tables as SVG, readable on light and dark pages: bars, or lines where figures are a series. */
final class Chart {
    private static final int WIDTH = 860;
    private static final int NAMES = 370;
    private static final int FIGURES = 90;
    private static final int BAR = 20;
    private static final int HEAD = 34;
    private static final int EDGE = 12;
    private static final int PLOT_LEFT = 80;
    private static final int PLOT_WIDTH = 410;
    private static final int PLOT_HEIGHT = 300;
    private static final int COLOURS = 8;

    private static final String STYLE = """
            <style>
            text { font: 12px system-ui, sans-serif; fill: #1f2328 }
            .head { font-weight: 600 }
            .page { fill: #ffffff }
            .grid { stroke: #d1d9e0; stroke-width: 1 }
            .spread { stroke: #1f2328; stroke-width: 1 }
            .own { fill: #0969da } .reference { fill: #818b98 } .peer { fill: #c8a15a }
            .line { fill: none; stroke-width: 1.5 } .thick { stroke-width: 3 }
            .c0 { stroke: #0969da } .c1 { stroke: #bc4c00 } .c2 { stroke: #1a7f37 } .c3 { stroke: #8250df }
            .c4 { stroke: #cf222e } .c5 { stroke: #9a6700 } .c6 { stroke: #1b7c83 } .c7 { stroke: #59636e }
            @media (prefers-color-scheme: dark) {
            text { fill: #f0f6fc }
            .page { fill: #0d1117 }
            .grid { stroke: #3d444d }
            .spread { stroke: #f0f6fc }
            .own { fill: #4493f8 } .reference { fill: #848d97 } .peer { fill: #9e7a36 }
            .c0 { stroke: #4493f8 } .c1 { stroke: #f0883e } .c2 { stroke: #3fb950 } .c3 { stroke: #ab7df8 }
            .c4 { stroke: #f85149 } .c5 { stroke: #d29922 } .c6 { stroke: #39c5cf } .c7 { stroke: #9198a1 }
            }
            </style>
            """;

    private final Table table;
    private final StringBuilder body = new StringBuilder();
    private int height = EDGE;

    private Chart(Table table) {
        this.table = table;
    }

    static String svg(Table table) {
        Chart chart = new Chart(table);
        if (table.series().isEmpty()) {
            table.columns().forEach(chart::bars);
        } else {
            chart.lines();
        }
        return String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %1$d %2$d\" width=\"%1$d\" height=\"%2$d\""
                        + " role=\"img\">%n<title>%3$s</title>%n%4$s<rect class=\"page\" width=\"%1$d\" height=\"%2$d\"/>%n%5$s</svg>%n",
                WIDTH,
                chart.height,
                escaped(table.title()),
                STYLE,
                chart.body);
    }

    /** From zero, with a line from the least to the most. */
    private void bars(String column) {
        List<String> rows = table.rows().keySet().stream()
                .filter(row -> table.spread(row, column) != null)
                .toList();
        double most =
                rows.stream().mapToDouble(row -> spread(row, column).to()).max().orElse(1);
        text(EDGE, height + HEAD / 2, "head", table.columns().size() == 1 ? table.what() : column);
        height += HEAD;
        for (String row : rows) {
            Spread spread = spread(row, column);
            double scale = (WIDTH - NAMES - FIGURES) / most;
            String kind = Table.isOwn(row) ? "own" : table.references().contains(row) ? "reference" : "peer";
            text(EDGE, height + 13, "", row);
            rectangle(kind, NAMES, height + 2, Math.max(1, spread.median() * scale), BAR - 6);
            line("spread", NAMES + spread.from() * scale, height + 9, NAMES + spread.to() * scale, height + 9);
            text(NAMES + spread.to() * scale + 6, height + 13, "", table.unit().format(spread.median()));
            height += BAR;
        }
        height += EDGE;
    }

    private Spread spread(String row, String column) {
        Spread spread = table.spread(row, column);
        return spread == null ? new Spread(0, 0, 0) : spread;
    }

    /** Both axes are logarithmic: what grows as the work does is a line at 45 degrees, if both have the same range. */
    private void lines() {
        List<Integer> series = table.series();
        List<String> columns = table.columns();
        List<Spread> all = table.rows().keySet().stream()
                .flatMap(row -> columns.stream().map(column -> spread(row, column)))
                .filter(spread -> spread.from() > 0)
                .toList();
        int low = (int) Math.floor(
                Math.log10(all.stream().mapToDouble(Spread::from).min().orElse(1)));
        int high = (int)
                Math.ceil(Math.log10(all.stream().mapToDouble(Spread::to).max().orElse(1)));
        Axis down = new Axis(low, Math.max(high, low + 1), EDGE + HEAD + PLOT_HEIGHT, -PLOT_HEIGHT);
        Axis right =
                new Axis(Math.log10(series.get(0)), Math.log10(series.get(series.size() - 1)), PLOT_LEFT, PLOT_WIDTH);
        text(EDGE, height + HEAD / 2, "head", table.what() + ", by " + table.counted());
        for (int decade = low; decade <= Math.max(high, low + 1); decade++) {
            double y = down.at(Math.pow(10, decade));
            line("grid", PLOT_LEFT, y, PLOT_LEFT + PLOT_WIDTH, y);
            text(EDGE, y + 4, "", gridFigure(Math.pow(10, decade)));
        }
        for (int number : series) {
            line("grid", right.at(number), EDGE + HEAD, right.at(number), EDGE + HEAD + PLOT_HEIGHT);
            text(right.at(number) - 4, EDGE + HEAD + PLOT_HEIGHT + 18, "", Integer.toString(number));
        }
        int colour = 0;
        for (String row : table.rows().keySet()) {
            String kind = "line c" + colour % COLOURS + (Table.isOwn(row) ? " thick" : "");
            StringBuilder points = new StringBuilder();
            for (int i = 0; i < columns.size(); i++) {
                Spread spread = table.spread(row, columns.get(i));
                if (spread != null && spread.from() > 0) {
                    double x = right.at(series.get(i));
                    points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, down.at(spread.median())));
                    line(kind, x, down.at(spread.from()), x, down.at(spread.to()));
                }
            }
            body.append(String.format(
                    "<polyline class=\"%s\" points=\"%s\"/>%n",
                    kind, points.toString().strip()));
            int y = EDGE + HEAD + 10 + BAR * colour++;
            line(kind, PLOT_LEFT + PLOT_WIDTH + 20, y, PLOT_LEFT + PLOT_WIDTH + 44, y);
            text(PLOT_LEFT + PLOT_WIDTH + 52, y + 4, "", row);
        }
        height += HEAD + Math.max(PLOT_HEIGHT, BAR * colour) + HEAD;
    }

    private String gridFigure(double value) {
        return table.unit().format(value).replaceFirst("\\.0+(?= |$)", "");
    }

    /** From the logarithms of two numbers to places. */
    private record Axis(double low, double high, double start, double length) {
        double at(double value) {
            return start + (Math.log10(value) - low) / (high - low) * length;
        }
    }

    private void text(double x, double y, String kind, String text) {
        body.append(String.format(
                Locale.ROOT, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n", kind, x, y, escaped(text)));
    }

    private void line(String kind, double x1, double y1, double x2, double y2) {
        body.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                kind,
                x1,
                y1,
                x2,
                y2));
    }

    private void rectangle(String kind, double x, double y, double width, double height) {
        body.append(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>%n",
                kind,
                x,
                y,
                width,
                height));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
