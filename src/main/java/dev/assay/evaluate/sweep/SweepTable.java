package dev.assay.evaluate.sweep;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.assay.evaluate.LossRecovered;
import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The members of a sweep with their measurements.
 *
 * @param rows the rows in display order
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record SweepTable(List<SweepRow> rows) implements Displayable {
    private static final String DEAD = "dead";
    private static final List<Column> COLUMNS = List.of(
            new Column("name", false, row -> Cell.text(row.name())),
            new Column("method", false, row -> row.method() == null ? Cell.EMPTY : Cell.text(row.method())),
            new Column("d_sae", true, row -> row.dSae() == null ? Cell.EMPTY : Cell.count(row.dSae())),
            new Column("L0", true, row -> number("%.1f", row.l0())),
            new Column("explained variance", true, row -> number("%.4f", row.explainedVariance())),
            new Column("cross-entropy", true, row -> number("%.4f", row.crossEntropy())),
            new Column("loss recovered", true, SweepTable::lossRecovered),
            new Column(
                    DEAD, true, row -> row.deadShare() == null ? Cell.EMPTY : number("%.1f %%", 100 * row.deadShare())),
            new Column("seconds", true, row -> number("%.1f", row.seconds())));

    /** Copies the rows. */
    public SweepTable {
        rows = List.copyOf(rows);
    }

    private record Column(String heading, boolean isNumber, Function<SweepRow, Cell> cell) {}

    private static Cell number(String format, Double value) {
        return value == null ? Cell.EMPTY : Cell.number(format, value);
    }

    private static Cell lossRecovered(SweepRow row) {
        if (row.withheld() != null) {
            return Cell.text("–");
        }
        Cell number = number("%.4f", row.lossRecovered());
        return row.lossRecovered() != null && new LossRecovered.Measured(row.lossRecovered()).isAboveOne()
                ? Cell.text(number.text() + " (> 1)")
                : number;
    }

    /**
     * Returns the table in plain text. Columns without any value are omitted.
     *
     * @return a header line, one line per member, and one line per remark
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(table().toText());
        remarks().forEach(remark -> text.append("note: ").append(remark).append('\n'));
        return text.toString();
    }

    /**
     * Returns the reasons why losses recovered are withheld, what limits the meaning of metrics, and the number of tokens behind the shares
     * of dead latents if it differs between members. A remark about several members occurs once.
     *
     * @return sentences without a full stop
     */
    public List<String> remarks() {
        Map<String, List<String>> members = new LinkedHashMap<>();
        for (SweepRow row : rows) {
            if (row.tokens() != null && evaluatedTokens().size() > 1) {
                add(members, "dead latents were never active on " + Html.count(row.tokens()) + " tokens", row);
            }
            if (row.withheld() != null) {
                add(members, "loss recovered is withheld: " + row.withheld(), row);
            }
            if (row.warnings() != null) {
                row.warnings().forEach(warning -> add(members, warning, row));
            }
        }
        long evaluated = rows.stream().filter(row -> row.l0() != null).count();
        return members.entrySet().stream()
                .map(remark -> remark.getValue().size() == evaluated
                        ? remark.getKey()
                        : String.join(", ", remark.getValue()) + ": " + remark.getKey())
                .toList();
    }

    private Set<Long> evaluatedTokens() {
        return rows.stream().map(SweepRow::tokens).filter(Objects::nonNull).collect(Collectors.toSet());
    }

    /** Returns the heading with the number of tokens that all members were evaluated on. */
    private String deadHeading() {
        Set<Long> tokens = evaluatedTokens();
        return tokens.size() == 1 ? DEAD + " on " + Html.count(tokens.iterator().next()) + " tokens" : DEAD;
    }

    private static void add(Map<String, List<String>> members, String remark, SweepRow row) {
        members.computeIfAbsent(remark, unknown -> new ArrayList<>()).add(row.name());
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
                table.numbers(column.heading().equals(DEAD) ? deadHeading() : column.heading());
            } else {
                table.words(column.heading());
            }
        });
        rows.forEach(row -> table.row(
                columns.stream().map(column -> column.cell().apply(row)).toList()));
        remarks().forEach(remark -> table.note(remark + "."));
        rows.stream()
                .filter(row -> row.failure() != null)
                .forEach(row -> table.note(row.name() + " stopped: " + row.failure()));
        return table;
    }
}
