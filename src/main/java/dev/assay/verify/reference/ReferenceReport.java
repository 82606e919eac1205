package dev.assay.verify.reference;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The differences of one case.
 *
 * @param folder of the case
 * @param group the name of the group that compared it
 * @param values the largest difference of each value
 */
public record ReferenceReport(Path folder, String group, List<ValueDifference> values) {
    /** Copies the list. */
    public ReferenceReport {
        values = List.copyOf(values);
    }

    /**
     * Returns whether the case passed.
     *
     * @return true if at least one value was compared and all differences are within their tolerances
     */
    public boolean passed() {
        return !values.isEmpty() && values.stream().allMatch(ValueDifference::passed);
    }

    /**
     * Returns the report as JSON.
     *
     * @return an object with {@code case}, {@code group}, {@code passed} and {@code values}, which has {@code difference}, {@code tolerance}
     *     and {@code passed} by the name of a value
     */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("case", folder.toString()).put("group", group).put("passed", passed());
        ObjectNode entries = json.putObject("values");
        values.forEach(value -> entries.putObject(value.value())
                .put("difference", value.difference())
                .put("tolerance", value.tolerance())
                .put("passed", value.passed()));
        return json;
    }

    /**
     * Returns the report as lines of text that end with the verdict.
     *
     * @return the lines
     */
    public String toText() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%s (%s)%n", folder, group));
        values.forEach(value -> text.append(String.format(
                Locale.ROOT,
                "  %-56s %.2e  tolerance %.1e%s%n",
                value.value(),
                value.difference(),
                value.tolerance(),
                value.passed() ? "" : "  too large")));
        return text.append(passed() ? "passed" : "FAILED")
                .append(System.lineSeparator())
                .toString();
    }
}
