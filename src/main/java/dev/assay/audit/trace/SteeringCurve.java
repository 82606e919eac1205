package dev.assay.audit.trace;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The probability of an outcome under steering by a feature, next to random directions of the same norm.
 *
 * @param latent the feature
 * @param outcomes the tokens whose probabilities are summed
 * @param prompts the number of prompts, over which probabilities are averaged
 * @param baseline the probability without steering
 * @param points one per strength
 */
public record SteeringCurve(int latent, List<String> outcomes, int prompts, double baseline, List<Point> points)
        implements Displayable {
    private static final String P_VALUE = "%.2g";
    /** Copies the lists. */
    public SteeringCurve {
        outcomes = List.copyOf(outcomes);
        points = List.copyOf(points);
    }

    /**
     * The outcome at one strength.
     *
     * @param strength in units of the code
     * @param probability the mean probability with the feature's direction
     * @param controls the mean probability with each random direction
     */
    public record Point(double strength, double probability, double[] controls) {
        /** {@return the mean probability over the random directions} */
        public double controlMean() {
            return Arrays.stream(controls).average().orElse(Double.NaN);
        }

        /**
         * Compares the change of the probability with those of the random directions.
         *
         * @param baseline the probability without steering
         * @return {@code (1 + #{|p* − p₀| ≥ |p − p₀|}) / (1 + directions)}
         */
        public double pValue(double baseline) {
            double change = Math.abs(probability - baseline);
            long larger = Arrays.stream(controls)
                    .filter(control -> Math.abs(control - baseline) >= change)
                    .count();
            return (1.0 + larger) / (1.0 + controls.length);
        }
    }

    /** {@return the curve as JSON, with the probability of every random direction} */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode().put("feature", latent);
        outcomes.forEach(json.putArray("outcomes")::add);
        json.put("prompts", prompts).put("baseline", baseline);
        ArrayNode array = json.putArray("strengths");
        for (Point point : points) {
            ObjectNode node = array.addObject().put("strength", point.strength());
            node.put("probability", point.probability()).put("p_value", point.pValue(baseline));
            ArrayNode controls = node.putArray("random_directions");
            Arrays.stream(point.controls()).forEach(controls::add);
        }
        return json;
    }

    /** Returns the table for a terminal. */
    @Override
    public String toString() {
        return description() + "\n\n" + table().toText();
    }

    @Override
    public String toHtml() {
        return HtmlSection.titled("Steering by feature " + latent)
                .paragraph(description())
                .table(table())
                .toHtml();
    }

    private String description() {
        return String.format(
                Locale.ROOT,
                "Probability of %s after %d prompts, without steering %.4f; random directions have the norm of feature %d",
                String.join(" or ", outcomes),
                prompts,
                baseline,
                latent);
    }

    private Table table() {
        Table table = Table.of("")
                .numbers("strength", "probability", "random mean", "random smallest", "random largest", "p");
        for (Point point : points) {
            table.row(List.of(
                    Cell.number(point.strength()),
                    Cell.number(point.probability()),
                    Cell.number(point.controlMean()),
                    Cell.number(Arrays.stream(point.controls()).min().orElse(Double.NaN)),
                    Cell.number(Arrays.stream(point.controls()).max().orElse(Double.NaN)),
                    Cell.number(P_VALUE, point.pValue(baseline))));
        }
        return table;
    }
}
