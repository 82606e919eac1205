package dev.assay.audit.run;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Comma-separated values (RFC 4180) in UTF-8. A number that is not finite is an empty field. */
final class CsvTable {
    private final StringBuilder text = new StringBuilder();
    private final int columns;

    CsvTable(String... columns) {
        this.columns = columns.length;
        line(Stream.of(columns));
    }

    /** Adds a row of texts and numbers. */
    CsvTable row(Object... cells) {
        if (cells.length != columns) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns + " columns");
        }
        List<String> fields = new ArrayList<>();
        for (Object cell : cells) {
            fields.add(
                    cell instanceof Number number && !Double.isFinite(number.doubleValue())
                            ? ""
                            : quoted(String.valueOf(cell)));
        }
        return line(fields.stream());
    }

    private CsvTable line(Stream<String> fields) {
        text.append(fields.collect(Collectors.joining(","))).append('\n');
        return this;
    }

    private static String quoted(String field) {
        return field.matches("[^\",\r\n]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
    }

    /** Returns the name of a file, such as {@code contrast-random-features-mean-assistant}. */
    static String fileName(Object... parts) {
        return Stream.of(parts)
                .map(String::valueOf)
                .collect(Collectors.joining("-"))
                .replaceAll("[^A-Za-z0-9-]+", "-");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
