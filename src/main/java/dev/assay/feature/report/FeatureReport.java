package dev.assay.feature.report;

import dev.assay.feature.store.Coactivation;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleGroup;
import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.Histogram;
import dev.assay.view.Displayable;
import java.util.List;
import java.util.Optional;

/**
 * The report of one feature.
 *
 * @param latent the latent's number in the dictionary
 * @param stats its statistics
 * @param histogram of the activations above 0
 * @param topExamples the strongest examples, at most one per context, strongest first; ties in the order of the corpus
 * @param groups examples from ranges of the activations, by interval and by quantile, the highest range of each first
 * @param topLogits the tokens that the feature makes most likely, most likely first; empty where the dictionary does not write
 *     to the residual stream
 * @param bottomLogits the tokens that the feature makes least likely, least likely first
 * @param logits the distribution of the logit weights; empty if there are none
 * @param neighbours the most similar latents by each measure, the most similar first
 * @param cofiring coactivating latents, the largest Jaccard index first
 * @param effects of ablation in the first top examples; empty unless requested
 * @param labels such as a concept of a labelled corpus
 * @param explanations descriptions in words with their scores; empty unless there are some
 */
public record FeatureReport(
        int latent,
        FeatureStats stats,
        Histogram histogram,
        List<Example> topExamples,
        List<ExampleGroup> groups,
        List<TokenLogit> topLogits,
        List<TokenLogit> bottomLogits,
        Optional<LogitSummary> logits,
        List<Neighbour> neighbours,
        List<Coactivation> cofiring,
        List<ExampleEffects> effects,
        List<String> labels,
        List<FeatureExplanation> explanations)
        implements Displayable {
    /** Copies the lists. */
    public FeatureReport {
        topExamples = List.copyOf(topExamples);
        groups = List.copyOf(groups);
        topLogits = List.copyOf(topLogits);
        bottomLogits = List.copyOf(bottomLogits);
        neighbours = List.copyOf(neighbours);
        cofiring = List.copyOf(cofiring);
        effects = List.copyOf(effects);
        labels = List.copyOf(labels);
        explanations = List.copyOf(explanations);
    }

    /** Creates a report without explanations. */
    public FeatureReport(
            int latent,
            FeatureStats stats,
            Histogram histogram,
            List<Example> topExamples,
            List<ExampleGroup> groups,
            List<TokenLogit> topLogits,
            List<TokenLogit> bottomLogits,
            Optional<LogitSummary> logits,
            List<Neighbour> neighbours,
            List<Coactivation> cofiring,
            List<ExampleEffects> effects,
            List<String> labels) {
        this(
                latent,
                stats,
                histogram,
                topExamples,
                groups,
                topLogits,
                bottomLogits,
                logits,
                neighbours,
                cofiring,
                effects,
                labels,
                List.of());
    }

    /**
     * Returns the report with other labels.
     *
     * @param all the labels in place of those of this report
     * @return a copy with the labels
     */
    public FeatureReport withLabels(List<String> all) {
        return new FeatureReport(
                latent,
                stats,
                histogram,
                topExamples,
                groups,
                topLogits,
                bottomLogits,
                logits,
                neighbours,
                cofiring,
                effects,
                all,
                explanations);
    }

    /**
     * Returns the report with other explanations.
     *
     * @param all the explanations in place of those of this report
     * @return a copy with the explanations
     */
    public FeatureReport withExplanations(List<FeatureExplanation> all) {
        return new FeatureReport(
                latent,
                stats,
                histogram,
                topExamples,
                groups,
                topLogits,
                bottomLogits,
                logits,
                neighbours,
                cofiring,
                effects,
                labels,
                all);
    }

    /**
     * Returns whether the latent was never active.
     *
     * @return true if no token activated it
     */
    public boolean isDead() {
        return stats.isDead();
    }

    /**
     * Renders the report in plain text, with the peak of each example in brackets.
     *
     * @return lines, each ended
     */
    @Override
    public String toString() {
        return FeatureText.of(this);
    }

    /** Renders the report as in a dashboard, with all of its examples. */
    @Override
    public String toHtml() {
        return PageParts.fragment(this);
    }
}
