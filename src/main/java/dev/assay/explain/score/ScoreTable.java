package dev.assay.explain.score;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.Exclusion;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.measure.Bootstrap;
import dev.assay.explain.measure.RowDifference;
import dev.assay.explain.measure.ScoreInterval;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Scores of methods next to their controls: means with 95 % bootstrap intervals over features, paired differences of rows, failures and
 * excluded features. Immutable.
 *
 * @param scorer the name of the scorer
 * @param metrics the metrics of the columns, in order
 * @param rows the rows, in order, with unique names
 * @param exclusions the features without examples
 * @param omissions the rows that are left out, with the reasons
 * @param bootstrap the number of resamples and their seed
 */
public record ScoreTable(
        String scorer,
        List<ScoreMetric> metrics,
        List<ScoreRow> rows,
        List<Exclusion> exclusions,
        List<Omission> omissions,
        Bootstrap bootstrap)
        implements Displayable {
    /**
     * A row that is left out.
     *
     * @param row the name of the row
     * @param reason why, in one sentence without a full stop
     */
    public record Omission(String row, String reason) {}

    /** Copies the lists and checks that the names of rows are unique. */
    public ScoreTable {
        metrics = List.copyOf(metrics);
        rows = List.copyOf(rows);
        exclusions = List.copyOf(exclusions);
        omissions = List.copyOf(omissions);
        long names = rows.stream().map(ScoreRow::name).distinct().count();
        InvalidInputException.require(
                names == rows.size(), "two rows of the table have one name, expected unique names");
    }

    /**
     * Creates a table without rows.
     *
     * @param scorer the name of the scorer
     * @param metrics the metrics of the columns
     * @return the table, with 10,000 resamples
     */
    public static ScoreTable of(String scorer, List<ScoreMetric> metrics) {
        return new ScoreTable(scorer, metrics, List.of(), List.of(), List.of(), Bootstrap.DEFAULT);
    }

    /**
     * Adds a row.
     *
     * @param row the row
     * @return a table with the row at the end
     */
    public ScoreTable with(ScoreRow row) {
        List<ScoreRow> all = new ArrayList<>(rows);
        all.add(row);
        return new ScoreTable(scorer, metrics, all, exclusions, omissions, bootstrap);
    }

    /**
     * Sets the excluded features.
     *
     * @param excluded the features without examples
     * @return a table with these exclusions
     */
    public ScoreTable excluding(List<Exclusion> excluded) {
        return new ScoreTable(scorer, metrics, rows, excluded, omissions, bootstrap);
    }

    /**
     * Sets the rows that are left out.
     *
     * @param omitted the rows with the reasons
     * @return a table with these omissions
     */
    public ScoreTable omitting(List<Omission> omitted) {
        return new ScoreTable(scorer, metrics, rows, exclusions, omitted, bootstrap);
    }

    /**
     * Adds a row that is left out.
     *
     * @param row the name of the row
     * @param reason why, in one sentence without a full stop
     * @return a table with the omission at the end
     */
    public ScoreTable omitting(String row, String reason) {
        List<Omission> all = new ArrayList<>(omissions);
        all.add(new Omission(row, reason));
        return omitting(all);
    }

    /**
     * Returns a row.
     *
     * @param name its name
     * @return the row
     * @throws InvalidInputException if there is none
     */
    public ScoreRow row(String name) {
        return rows.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("the table has no row \"" + name + "\", expected one of "
                        + rows.stream().map(ScoreRow::name).collect(Collectors.joining(", "))));
    }

    /**
     * Returns the mean of a row.
     *
     * @param name the name of the row
     * @param metric the metric
     * @return the mean over the features with a value, and its interval; empty if no feature has one
     */
    public Optional<ScoreInterval> interval(String name, ScoreMetric metric) {
        return interval(row(name).values(metric, false));
    }

    private Optional<ScoreInterval> interval(SortedMap<Integer, Double> values) {
        return values.isEmpty() ? Optional.empty() : Optional.of(bootstrap.interval(numbers(values)));
    }

    /**
     * Compares every other row with a row. Rows of the same dictionary are compared in pairs on the features that have a value in both.
     * P-values are corrected for the number of comparisons.
     *
     * @param baseline the name of the row that is subtracted
     * @param metric the metric
     * @return the comparisons in the order of the rows; rows without values are absent
     */
    public List<ScoreComparison> comparedWith(String baseline, ScoreMetric metric) {
        ScoreRow reference = row(baseline);
        List<ScoreComparison> comparisons = new ArrayList<>();
        for (ScoreRow row : rows) {
            if (!row.name().equals(baseline)) {
                boolean paired = row.dictionary().equals(reference.dictionary());
                difference(row.values(metric, false), reference.values(metric, false), paired)
                        .ifPresent(found ->
                                comparisons.add(new ScoreComparison(row.name(), baseline, metric, paired, found)));
            }
        }
        List<RowDifference> adjusted = RowDifference.adjusted(
                comparisons.stream().map(ScoreComparison::difference).toList());
        for (int i = 0; i < comparisons.size(); i++) {
            ScoreComparison raw = comparisons.get(i);
            comparisons.set(i, new ScoreComparison(raw.row(), baseline, metric, raw.paired(), adjusted.get(i)));
        }
        return List.copyOf(comparisons);
    }

    private Optional<RowDifference> difference(
            SortedMap<Integer, Double> row, SortedMap<Integer, Double> reference, boolean paired) {
        SortedMap<Integer, Double> own = new TreeMap<>(row);
        SortedMap<Integer, Double> other = new TreeMap<>(reference);
        if (paired) {
            own.keySet().retainAll(reference.keySet());
            other.keySet().retainAll(row.keySet());
        }
        if (own.isEmpty() || other.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                paired
                        ? bootstrap.paired(numbers(own), numbers(other))
                        : bootstrap.independent(numbers(own), numbers(other)));
    }

    private static double[] numbers(SortedMap<Integer, Double> values) {
        return values.values().stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** {@return means and intervals of all rows, failures and exclusions, in display order} */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode().put("scorer", scorer);
        json.put("bootstrap_draws", bootstrap.draws()).put("bootstrap_seed", bootstrap.seed());
        ArrayNode list = json.putArray("rows");
        for (ScoreRow row : rows) {
            ObjectNode object = list.addObject()
                    .put("name", row.name())
                    .put("role", row.role().name().toLowerCase(Locale.ROOT))
                    .put("features", row.scores().size())
                    .put("items", row.items());
            object.set("judge", row.judge().toJson());
            write(row, false, object.putObject("values"));
            if (!row.failures().isEmpty()) {
                write(row, true, object.putObject("with_failures"));
                ObjectNode failures = object.putObject("failures");
                row.failures().forEach((kind, count) -> failures.put(kind.name(), count));
                object.put("unreliable", row.unreliable());
            }
        }
        if (!omissions.isEmpty()) {
            ArrayNode omitted = json.putArray("omitted");
            omissions.forEach(
                    omission -> omitted.addObject().put("name", omission.row()).put("reason", omission.reason()));
        }
        ObjectNode excluded = json.putObject("excluded");
        reasons().forEach((reason, count) -> excluded.put(reason.name().toLowerCase(Locale.ROOT), count));
        return json;
    }

    private void write(ScoreRow row, boolean failedAsWrong, ObjectNode json) {
        for (ScoreMetric metric : metrics) {
            interval(row.values(metric, failedAsWrong)).ifPresent(interval -> {
                ObjectNode value = json.putObject(metric.id())
                        .put("mean", interval.mean())
                        .put("low", interval.low())
                        .put("high", interval.high())
                        .put("features", interval.features());
                if (row.constants(metric) > 0) {
                    value.put("constant", row.constants(metric));
                }
            });
        }
    }

    private Map<Exclusion.Reason, Long> reasons() {
        return exclusions.stream()
                .collect(Collectors.groupingBy(
                        Exclusion::reason, () -> new EnumMap<>(Exclusion.Reason.class), Collectors.counting()));
    }

    /** {@return the rows as a table with one column per metric, and notes about failures and exclusions} */
    public Table table() {
        Table table = Table.of("Scores of explanations: " + scorer)
                .words("row", "judge")
                .numbers("features");
        table.numbers(metrics.stream().map(ScoreMetric::title).toArray(String[]::new));
        for (ScoreRow row : rows) {
            List<Cell> cells = new ArrayList<>();
            cells.add(Cell.text(row.role() == ScoreRow.Role.CONTROL ? row.name() + " (control)" : row.name()));
            cells.add(Cell.text(row.judge().title()));
            cells.add(Cell.count(row.scores().size()));
            metrics.forEach(metric -> cells.add(cell(interval(row.values(metric, false)))));
            table.row(cells);
        }
        notes().forEach(table::note);
        return table;
    }

    private static Cell cell(Optional<ScoreInterval> interval) {
        return Cell.text(interval.map(value -> value.features() == 1
                        ? number(value.mean())
                        : number(value.mean()) + " [" + number(value.low()) + ", " + number(value.high()) + "]")
                .orElse("–"));
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.equals("-0.000") ? "0.000" : text;
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        omissions.forEach(omission -> notes.add("no row " + omission.row() + ": " + omission.reason()));
        for (ScoreRow row : rows) {
            if (!row.failures().isEmpty()) {
                String kinds = row.failures().entrySet().stream()
                        .map(kind -> kind.getValue() + " "
                                + kind.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                        .collect(Collectors.joining(", "));
                notes.add(row.name() + ": failed items among " + row.items() + ": " + kinds
                        + (row.unreliable() ? "; more than 5 %, unreliable" : ""));
            }
            for (ScoreMetric metric : metrics) {
                if (row.constants(metric) > 0) {
                    notes.add(row.name() + ": " + metric.title() + " is undefined and counts as 0; features: "
                            + row.constants(metric));
                }
            }
        }
        reasons()
                .forEach((reason, count) -> notes.add("excluded because "
                        + (reason == Exclusion.Reason.DEAD ? "never active" : "active on too few documents") + ": "
                        + count + " of the drawn features"));
        return notes;
    }

    /** Returns the table and its notes in plain text. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(table().toString());
        notes().forEach(note -> text.append("note: ").append(note).append('\n'));
        return text.toString();
    }

    @Override
    public String toHtml() {
        return table().toHtml();
    }
}
