package dev.assay.intervene.attribute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.model.hook.HookPoint;
import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Comparison of estimated effects with exact effects, which are measured by patching latents in the model.
 *
 * @param metric the metric's name
 * @param method the estimation method
 * @param effects one pair per latent, or per latent and position
 */
public record AttributionCheck(String metric, String method, List<Pair> effects) implements Displayable {
    /** Copies the list. */
    public AttributionCheck {
        effects = List.copyOf(effects);
    }

    /**
     * The estimated and exact effect of one latent.
     *
     * @param point the site of its dictionary
     * @param latent the latent's index
     * @param position the patched position; −1 if all positions were patched together
     * @param estimated the effect estimated by attribution
     * @param exact the metric of the clean text minus the metric with the latent patched
     */
    public record Pair(HookPoint point, int latent, int position, double estimated, double exact) {}

    /**
     * Returns the Pearson correlation of estimated and exact effects.
     *
     * @return from −1 to 1; NaN if either series is constant
     */
    public double correlation() {
        double meanEstimated =
                effects.stream().mapToDouble(Pair::estimated).average().orElse(0);
        double meanExact = effects.stream().mapToDouble(Pair::exact).average().orElse(0);
        double product = 0;
        double squaresEstimated = 0;
        double squaresExact = 0;
        for (Pair pair : effects) {
            double a = pair.estimated() - meanEstimated;
            double b = pair.exact() - meanExact;
            product += a * b;
            squaresEstimated += a * a;
            squaresExact += b * b;
        }
        return product / Math.sqrt(squaresEstimated * squaresExact);
    }

    /**
     * Returns the largest difference between an estimated and an exact effect.
     *
     * @return in units of the metric
     */
    public double largestDifference() {
        return effects.stream()
                .mapToDouble(pair -> Math.abs(pair.estimated() - pair.exact()))
                .max()
                .orElse(0);
    }

    /**
     * Returns the effects for a terminal, in descending order of the exact effect's magnitude.
     *
     * @return lines, each terminated by a newline
     */
    @Override
    public String toString() {
        return summary() + "\n\n" + table().toText();
    }

    @Override
    public String toHtml() {
        return HtmlSection.titled("Attribution and exact ablation")
                .paragraph(summary())
                .table(table())
                .toHtml();
    }

    private String summary() {
        double correlation = correlation();
        return String.format(
                Locale.ROOT,
                "%s   %s and exact ablation of %d: %s, largest difference %.4f",
                metric,
                method,
                effects.size(),
                Double.isFinite(correlation)
                        ? String.format(Locale.ROOT, "correlation %.4f", correlation)
                        : "no correlation, since the effects do not vary",
                largestDifference());
    }

    private Table table() {
        double largest = effects.stream()
                .mapToDouble(pair -> Math.abs(pair.exact()))
                .max()
                .orElse(0);
        Table table = Table.of("").numbers("feature").words("site", "position").numbers("estimated", "exact");
        effects.stream()
                .sorted(Comparator.comparingDouble((Pair pair) -> -Math.abs(pair.exact())))
                .forEach(pair -> table.row(
                        Cell.integer(pair.latent()),
                        Cell.text(pair.point().name()),
                        Cell.text(pair.position() < 0 ? "all" : Integer.toString(pair.position())),
                        Cell.number(pair.estimated()).tinted(pair.estimated(), largest),
                        Cell.number(pair.exact()).tinted(pair.exact(), largest)));
        return table;
    }

    /**
     * Returns the effects as JSON.
     *
     * @return an object; the correlation is null if it is not finite
     */
    public ObjectNode toJson() {
        double correlation = correlation();
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("metric", metric).put("method", method);
        json.put("correlation", Double.isFinite(correlation) ? correlation : null);
        json.put("largest_difference", largestDifference());
        for (Pair pair : effects) {
            json.withArray("effects")
                    .addObject()
                    .put("site", pair.point().name())
                    .put("latent", pair.latent())
                    .put("position", pair.position() < 0 ? null : pair.position())
                    .put("estimated", pair.estimated())
                    .put("exact", pair.exact());
        }
        return json;
    }
}
