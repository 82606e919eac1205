package dev.assay.evaluate.sweep;

import dev.assay.view.Displayable;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.List;
import java.util.function.Function;

/**
 * The members of a sweep with their measurements.
 *
 * @param rows the rows in display order
 */
public record SweepTable(List<SweepRow> rows) implements Displayable {
    private static final List<Column> COLUMNS = List.of(
            new Column("name", false, row -> Cell.text(row.name())),
            new Column("method", false, row -> row.method() == null ? Cell.EMPTY : Cell.text(row.method())),
            new Column("d_sae", true, row -> row.dSae() == null ? Cell.EMPTY : Cell.count(row.dSae())),
            new Column("L0", true, row -> number("%.1f", row.l0())),
            new Column("explained variance", true, row -> number("%.4f", row.explainedVariance())),
            new Column("cross-entropy", true, row -> number("%.4f", row.crossEntropy())),
            new Column("loss recovered", true, row -> number("%.4f", row.lossRecovered())),
            new Column(
                    "dead",
                    true,
                    row -> row.deadShare() == null ? Cell.EMPTY : number("%.1f %%", 100 * row.deadShare())),
            new Column("seconds", true, row -> number("%.1f", row.seconds())));

    /** Copies the rows. */
    public SweepTable {
        rows = List.copyOf(rows);
    }

    private record Column(String heading, boolean isNumber, Function<SweepRow, Cell> cell) {}

    private static Cell number(String format, Double value) {
        return value == null ? Cell.EMPTY : Cell.number(format, value);
    }

    /**
     * Returns the table in plain text. Columns without any value are omitted.
     *
     * @return a header line and one line per member
     */
    @Override
    public String toText() {
        return table().toText();
    }

    /** Returns the table, with a note for each member that stopped early. */
    @Override
    public String toHtml() {
        return table().toHtml();
    }

    private Table table() {
        Table table = Table.of("Sweep of " + rows.size() + (rows.size() == 1 ? " member" : " members"));
        List<Column> columns = COLUMNS.stream()
                .filter(column -> rows.stream()
                        .anyMatch(row -> !column.cell().apply(row).text().isEmpty()))
                .toList();
        columns.forEach(column -> {
            if (column.isNumber()) {
                table.numbers(column.heading());
            } else {
                table.words(column.heading());
            }
        });
        rows.forEach(row -> table.row(
                columns.stream().map(column -> column.cell().apply(row)).toList()));
        rows.stream()
                .filter(row -> row.failure() != null)
                .forEach(row -> table.note(row.name() + " stopped: " + row.failure()));
        return table;
    }
}
