package dev.assay.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The score of one explanation.
 *
 * @param latent the index of the latent
 * @param scorer the name of the scorer
 * @param values the values over the answered items; a value that is undefined, such as AUROC without negative items, is absent
 * @param withFailures the values with every failed item counted as wrong; equal to the values without failures
 * @param items the number of items, failed ones included
 * @param failures the number of failed items by kind
 * @param constant the correlations that are undefined because the true or the simulated activations are constant; their value is 0
 * @param scored the items with their answers; empty for scores of the whole corpus
 */
public record FeatureScore(
        int latent,
        String scorer,
        Map<ScoreMetric, Double> values,
        Map<ScoreMetric, Double> withFailures,
        int items,
        Map<FailureKind, Integer> failures,
        Set<ScoreMetric> constant,
        List<ScoredItem> scored) {
    /** The largest share of failed items of a reliable score. */
    public static final double RELIABLE_FAILURES = 0.05;

    private static final String CONSTANT = "constant";
    private static final String WITH_FAILURES = "with_failures";

    /** Copies maps and list, and checks that the values are finite. */
    public FeatureScore {
        values = copy(values);
        withFailures = copy(withFailures);
        Map<FailureKind, Integer> counts = new EnumMap<>(FailureKind.class);
        failures.forEach((kind, count) -> {
            if (count > 0) {
                counts.put(kind, count);
            }
        });
        failures = Collections.unmodifiableMap(counts);
        constant = constant.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(constant));
        scored = List.copyOf(scored);
    }

    private static Map<ScoreMetric, Double> copy(Map<ScoreMetric, Double> values) {
        Map<ScoreMetric, Double> copy = new EnumMap<>(ScoreMetric.class);
        values.forEach((metric, value) -> {
            InvalidInputException.require(Double.isFinite(value), "the score " + metric.id(), value, "a finite number");
            copy.put(metric, value);
        });
        return Collections.unmodifiableMap(copy);
    }

    /**
     * Creates a score without failures.
     *
     * @param latent the index of the latent
     * @param scorer the name of the scorer
     * @param values the values
     * @param items the number of items
     * @param constant the correlations that are undefined
     * @return the score
     */
    public static FeatureScore complete(
            int latent, String scorer, Map<ScoreMetric, Double> values, int items, Set<ScoreMetric> constant) {
        return new FeatureScore(latent, scorer, values, values, items, Map.of(), constant, List.of());
    }

    /**
     * Returns a value over the answered items.
     *
     * @param metric any metric
     * @return the value; empty if the score has none
     */
    public OptionalDouble value(ScoreMetric metric) {
        Double value = values.get(metric);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** {@return the number of failed items} */
    public int failed() {
        return failures.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** {@return whether more than 5 % of the items failed} */
    public boolean unreliable() {
        return failed() > RELIABLE_FAILURES * items;
    }

    /** {@return the score without its items, for tables of many features} */
    public FeatureScore withoutItems() {
        return new FeatureScore(latent, scorer, values, withFailures, items, failures, constant, List.of());
    }

    /** {@return an object that {@link #of} reads, with the identities of the windows in place of the items} */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper()
                .createObjectNode()
                .put("feature", latent)
                .put("scorer", scorer)
                .put("items", items);
        write(values, json.putObject("values"));
        if (!failures.isEmpty()) {
            write(withFailures, json.putObject(WITH_FAILURES));
            ObjectNode counts = json.putObject("failures");
            failures.forEach((kind, count) -> counts.put(kind.name(), count));
            json.put("unreliable", unreliable());
        }
        if (!constant.isEmpty()) {
            ArrayNode undefined = json.putArray(CONSTANT);
            constant.forEach(metric -> undefined.add(metric.id()));
        }
        if (!scored.isEmpty()) {
            ArrayNode windows = json.putArray("windows");
            scored.forEach(item -> windows.add(item.window().id()));
        }
        return json;
    }

    /**
     * Reads a score. Its items are not part of the file.
     *
     * @param json an object of {@link #toJson}; further fields are ignored
     * @return the score
     * @throws InvalidInputException if a field is missing or has another type, naming file and field
     */
    public static FeatureScore of(JsonObject json) {
        Map<ScoreMetric, Double> values = metrics(json, "values");
        Map<FailureKind, Integer> failures = new EnumMap<>(FailureKind.class);
        for (Map.Entry<String, JsonNode> entry : json.node().path("failures").properties()) {
            failures.put(kind(json, entry.getKey()), entry.getValue().intValue());
        }
        return new FeatureScore(
                json.integer("feature"),
                json.text("scorer"),
                values,
                json.has(WITH_FAILURES) ? metrics(json, WITH_FAILURES) : values,
                json.integer("items"),
                failures,
                constants(json),
                List.of());
    }

    private static void write(Map<ScoreMetric, Double> values, ObjectNode json) {
        values.forEach((metric, value) -> json.put(metric.id(), value));
    }

    private static FailureKind kind(JsonObject json, String name) {
        try {
            return FailureKind.valueOf(name);
        } catch (IllegalArgumentException unknown) {
            throw json.unexpected("failures", "counts by kind of failure, such as TIMEOUT");
        }
    }

    private static Set<ScoreMetric> constants(JsonObject json) {
        return json.has(CONSTANT)
                ? json.texts(CONSTANT).stream().map(ScoreMetric::named).collect(Collectors.toSet())
                : Set.of();
    }

    private static Map<ScoreMetric, Double> metrics(JsonObject json, String field) {
        Map<ScoreMetric, Double> values = new EnumMap<>(ScoreMetric.class);
        for (Map.Entry<String, JsonNode> entry : json.node().path(field).properties()) {
            if (!entry.getValue().isNumber()) {
                throw json.unexpected(field, "numbers by metric");
            }
            values.put(ScoreMetric.named(entry.getKey()), entry.getValue().doubleValue());
        }
        return values;
    }
}
