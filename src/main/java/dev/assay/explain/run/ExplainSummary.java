package dev.assay.explain.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.explain.Exclusion;
import dev.assay.explain.FailureKind;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.score.ScoreComparison;
import dev.assay.explain.score.ScoreRow;
import dev.assay.explain.score.ScoreTable;
import dev.assay.io.Json;
import dev.assay.provenance.Provenance;
import dev.assay.run.StoredExplanations;
import dev.assay.view.Displayable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The tables of a run.
 *
 * @param explainer the title of the explainer
 * @param explained the number of features with an explanation
 * @param failures the features without an explanation
 * @param exclusions the features without examples
 * @param tables one table per scorer
 */
public record ExplainSummary(
        String explainer,
        int explained,
        List<FailedExplanation> failures,
        List<Exclusion> exclusions,
        List<ScoreTable> tables)
        implements Displayable {
    /** Copies the lists. */
    public ExplainSummary {
        failures = List.copyOf(failures);
        exclusions = List.copyOf(exclusions);
        tables = List.copyOf(tables);
    }

    /** Returns the metrics that the rows of a table have, the most important first. */
    static List<ScoreMetric> columns(List<ScoreRow> rows) {
        return ExplainLog.BY_IMPORTANCE.stream()
                .filter(metric ->
                        rows.stream().anyMatch(row -> !row.values(metric, false).isEmpty()))
                .toList();
    }

    /** Returns a copy with further rows, at most one per table. */
    ExplainSummary with(Map<String, ScoreRow> rows) {
        return changed(table -> rows.containsKey(table.scorer()) ? table.with(rows.get(table.scorer())) : table);
    }

    /** Returns a copy in which every table states why it has no such row. */
    ExplainSummary omitting(String row, String reason) {
        return changed(table -> table.omitting(row, reason));
    }

    private ExplainSummary changed(UnaryOperator<ScoreTable> change) {
        return new ExplainSummary(
                explainer,
                explained,
                failures,
                exclusions,
                tables.stream().map(change).toList());
    }

    /** {@return the differences between the explanations and each control, by the first metric of each table} */
    public List<ScoreComparison> comparisons() {
        List<ScoreComparison> all = new ArrayList<>();
        for (ScoreTable table : tables) {
            if (!table.metrics().isEmpty()) {
                all.addAll(table.comparedWith(
                        StoredExplanations.ROW, table.metrics().get(0)));
            }
        }
        return all;
    }

    private Map<FailureKind, Integer> failureCounts() {
        Map<FailureKind, Integer> counts = new EnumMap<>(FailureKind.class);
        failures.forEach(failed -> counts.merge(failed.kind(), 1, Integer::sum));
        return counts;
    }

    /**
     * Converts the summary to JSON.
     *
     * @param provenance the origin of the features
     * @return explainer, counts, excluded features with reasons, tables with intervals, comparisons and provenance
     */
    public ObjectNode toJson(Provenance provenance) {
        ObjectNode json =
                Json.mapper().createObjectNode().put("explainer", explainer).put("explained", explained);
        ObjectNode counts = json.putObject("failed_explanations");
        failureCounts().forEach((kind, count) -> counts.put(kind.name(), count));
        ArrayNode excluded = json.putArray("excluded");
        for (Exclusion exclusion : exclusions) {
            excluded.addObject()
                    .put("feature", exclusion.latent())
                    .put("reason", exclusion.reason().name().toLowerCase(Locale.ROOT))
                    .put("train_documents", exclusion.trainDocuments())
                    .put("test_documents", exclusion.testDocuments())
                    .put("required", exclusion.required());
        }
        ArrayNode all = json.putArray("tables");
        for (ScoreTable table : tables) {
            ObjectNode one = table.toJson();
            ArrayNode compared = one.putArray("compared_with_" + StoredExplanations.ROW);
            Optional<ScoreMetric> headline = table.metrics().stream().findFirst();
            headline.ifPresent(metric -> table.comparedWith(StoredExplanations.ROW, metric)
                    .forEach(comparison -> compared.addObject()
                            .put("row", comparison.row())
                            .put("metric", metric.id())
                            .put("difference", comparison.difference().mean())
                            .put("low", comparison.difference().low())
                            .put("high", comparison.difference().high())
                            .put("p_holm", comparison.difference().pValue())
                            .put("features", comparison.difference().features())));
            all.add(one);
        }
        json.set(Provenance.FIELD, provenance.toJson());
        return json;
    }

    /** Returns the tables with the differences to the controls in plain text. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%d features explained by %s, %d failed, %d excluded%n",
                explained,
                explainer,
                failures.size(),
                exclusions.size()));
        failureCounts()
                .forEach((kind, count) -> text.append(String.format(
                        Locale.ROOT,
                        "note: %d explanations failed: %s%n",
                        count,
                        kind.name().toLowerCase(Locale.ROOT).replace('_', ' '))));
        for (ScoreTable table : tables) {
            text.append(String.format(Locale.ROOT, "%nscorer %s%n", table.scorer()))
                    .append(table.toText());
            if (!table.metrics().isEmpty()) {
                ScoreMetric metric = table.metrics().get(0);
                table.comparedWith(StoredExplanations.ROW, metric)
                        .forEach(comparison -> text.append(difference(comparison)));
            }
        }
        return text.toString();
    }

    private static String difference(ScoreComparison comparison) {
        return String.format(
                Locale.ROOT,
                "explanation − %s: %s %s [%s, %s], p %.4f (Holm), %d features%n",
                comparison.row(),
                comparison.metric().title(),
                negated(comparison.difference().mean()),
                negated(comparison.difference().high()),
                negated(comparison.difference().low()),
                comparison.difference().pValue(),
                comparison.difference().features());
    }

    /** The negative of a number with its sign, which a rounded zero does not have. */
    private static String negated(double value) {
        String text = String.format(Locale.ROOT, "%+.3f", -value);
        return text.substring(1).equals("0.000") ? "0.000" : text;
    }

    @Override
    public String toHtml() {
        StringBuilder html = new StringBuilder();
        tables.forEach(table -> html.append(table.toHtml()));
        return html.toString();
    }
}
