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
 * @param options what was asked
 * @param metric the metric of the prompt as it is, where attributions were computed
 * @param active the number of different features that are active on the prompt
 * @param ablated the number of features whose effects were computed: the candidates of the largest attributions; empty unless the
 *     ranking is by effect
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
    /** Keeps its own copies of the lists. */
    public PromptReport {
        tokens = List.copyOf(tokens);
        features = List.copyOf(features);
    }

    /**
     * Renders the report for a terminal.
     *
     * @return lines of text, the last one ended
     */
    public String toText() {
        return PromptText.of(this);
    }

    /** Renders the prompt with a table of its features; each token names its own. */
    @Override
    public String toHtml() {
        return PromptHtml.of(this);
    }

    /** Says what was asked and how it was answered. */
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
