package dev.assay.evaluate.sweep;

import dev.assay.view.Displayable;
import dev.assay.view.HtmlTable;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/**
 * All members of a sweep with their figures.
 *
 * @param rows in the order to print
 */
public record SweepTable(List<SweepRow> rows) implements Displayable {
    private static final List<Column> COLUMNS = List.of(
            new Column("name", SweepRow::name),
            new Column("method", row -> row.method() == null ? "" : row.method()),
            new Column("d_sae", row -> row.dSae() == null ? "" : String.format(Locale.ROOT, "%,d", row.dSae())),
            new Column("L0", row -> number("%.1f", row.l0())),
            new Column("explained variance", row -> number("%.4f", row.explainedVariance())),
            new Column("cross-entropy", row -> number("%.4f", row.crossEntropy())),
            new Column("loss recovered", row -> number("%.4f", row.lossRecovered())),
            new Column("dead", row -> row.deadShare() == null ? "" : number("%.1f %%", 100 * row.deadShare())),
            new Column("seconds", row -> number("%.1f", row.seconds())));

    /** The titles of the columns that are no numbers. */
    private static final Set<String> WORDS = Set.of("name", "method");

    /** Copies the rows. */
    public SweepTable {
        rows = List.copyOf(rows);
    }

    /**
     * A column of the table.
     *
     * @param title above it
     * @param cell its text in a row; empty where there is nothing to say
     */
    record Column(String title, Function<SweepRow, String> cell) {}

    private static String number(String format, Double value) {
        return value == null ? "" : String.format(Locale.ROOT, format, value);
    }

    /** The columns in which some row has something to say. */
    List<Column> columns() {
        return COLUMNS.stream()
                .filter(column ->
                        rows.stream().anyMatch(row -> !column.cell().apply(row).isEmpty()))
                .toList();
    }

    /**
     * Returns the table as lines for people. Words are on the left of their columns, numbers on the right; what was not measured is
     * left out.
     *
     * @return a line for the titles and one for each row
     */
    public String toText() {
        List<Column> columns = columns();
        StringBuilder text = new StringBuilder();
        line(text, columns, Column::title);
        rows.forEach(row -> line(text, columns, column -> column.cell().apply(row)));
        return text.toString();
    }

    @Override
    public String toHtml() {
        List<Column> columns = columns();
        HtmlTable table = HtmlTable.of("Sweep of " + rows.size() + (rows.size() == 1 ? " member" : " members"));
        for (Column column : columns) {
            if (WORDS.contains(column.title())) {
                table.words(column.title());
            } else {
                table.numbers(column.title());
            }
        }
        rows.forEach(row -> table.row(
                columns.stream().map(column -> column.cell().apply(row)).toArray(String[]::new)));
        rows.stream()
                .filter(row -> row.failure() != null)
                .forEach(row -> table.note(row.name() + " stopped: " + row.failure()));
        return table.toHtml();
    }

    private void line(StringBuilder text, List<Column> columns, Function<Column, String> cell) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            int width = rows.stream()
                    .mapToInt(row -> column.cell().apply(row).length())
                    .max()
                    .orElse(0);
            String left = WORDS.contains(column.title()) ? "-" : "";
            line.append(String.format(
                    (i == 0 ? "%" : "  %") + left
                            + Math.max(width, column.title().length()) + "s",
                    cell.apply(column)));
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }
}
