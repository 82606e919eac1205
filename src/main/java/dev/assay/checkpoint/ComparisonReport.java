package dev.assay.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Differences between computed tensors and expected ones.
 *
 * @param tolerance the largest difference that passes
 * @param differences the largest absolute difference of each compared tensor; NaN if either tensor has a NaN
 * @param conditions further conditions by name
 * @param unknown tensors of the file that were not compared
 */
public record ComparisonReport(
        double tolerance, Map<String, Double> differences, Map<String, Boolean> conditions, List<String> unknown) {
    /**
     * Returns whether the comparison passed.
     *
     * @return true if at least one tensor was compared, no difference exceeds the tolerance or is NaN, every condition holds and no tensor is
     *     unknown
     */
    public boolean passed() {
        return !differences.isEmpty()
                && differences.values().stream().allMatch(this::isWithin)
                && !conditions.containsValue(false)
                && unknown.isEmpty();
    }

    /**
     * Returns the report as JSON: {@code passed}, {@code tolerance}, {@code differences}, each condition, {@code unknown}.
     *
     * @return the object
     */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("passed", passed());
        json.put("tolerance", tolerance);
        ObjectNode values = json.putObject("differences");
        differences.forEach(values::put);
        conditions.forEach(json::put);
        ArrayNode names = json.putArray("unknown");
        unknown.forEach(names::add);
        return json;
    }

    /**
     * Returns the report as lines of text that end with the verdict.
     *
     * @return the lines
     */
    public String toText() {
        StringBuilder text = new StringBuilder();
        differences.forEach((name, difference) -> text.append(String.format(
                Locale.ROOT, "%-44s %.2e%s%n", name, difference, isWithin(difference) ? "" : "  too large")));
        conditions.forEach(
                (name, holds) -> text.append(String.format(Locale.ROOT, "%-44s %s%n", name, holds ? "yes" : "NO")));
        unknown.forEach(name -> text.append(String.format(Locale.ROOT, "%-44s unknown tensor%n", name)));
        return text.append(
                        String.format(Locale.ROOT, "%s (tolerance %.0e)%n", passed() ? "passed" : "FAILED", tolerance))
                .toString();
    }

    private boolean isWithin(double difference) {
        return difference <= tolerance;
    }
}
