package dev.assay.feature.prompt;

import dev.assay.view.Displayable;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The features that are active on a prompt.
 *
 * @param tokens the prompt's tokens, each with the features that are active there
 * @param options the options of the report
 * @param metric the metric without edits; empty unless attributions were computed
 * @param active the number of different features that are active on the prompt
 * @param ablated the number of features whose effects were computed; empty unless the ranking is by effect
 * @param features the first features of the ranking over the whole prompt
 */
public record PromptReport(
        List<PromptToken> tokens,
        PromptOptions options,
        OptionalDouble metric,
        int active,
        OptionalInt ablated,
        List<PromptFeature> features)
        implements Displayable {
    /** Copies the lists. */
    public PromptReport {
        tokens = List.copyOf(tokens);
        features = List.copyOf(features);
    }

    /**
     * Renders the report in plain text.
     *
     * @return lines, each ended
     */
    @Override
    public String toString() {
        return PromptText.of(this);
    }

    /** Renders a table of features with the prompt shaded by each, and a table of tokens. */
    @Override
    public String toHtml() {
        return PromptHtml.of(this);
    }

    /** {@return one sentence about the active features, the ranking and the metric} */
    public String summary() {
        StringBuilder text = new StringBuilder();
        text.append(active)
                .append(active == 1 ? " feature is" : " features are")
                .append(" active, ");
        text.append(
                switch (options.ranking()) {
                    case ACTIVATION -> "ranked by activation";
                    case QUANTILE -> "ranked by the quantile of the activation among the feature's own";
                    case ATTRIBUTION -> "ranked by gradient attribution";
                    case EFFECT -> "ranked by the effect of ablation";
                });
        metric.ifPresent(value -> text.append(" on the ")
                .append(options.metric().description())
                .append(String.format(Locale.ROOT, " (%.4f)", value)));
        ablated.ifPresent(
                count -> text.append(", computed for the ").append(count).append(" of the largest attributions"));
        return text.toString();
    }
}
