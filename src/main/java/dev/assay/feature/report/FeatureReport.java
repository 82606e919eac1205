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
 * What there is to see of one feature.
 *
 * @param latent the latent's number in the dictionary
 * @param stats its numbers
 * @param histogram the activations above 0
 * @param topExamples the strongest examples, at most one a context, strongest first; equal ones in the order of the corpus
 * @param groups examples from ranges of the activations, by interval and by quantile, the highest range of each first
 * @param topLogits the tokens that the feature makes most likely, most likely first; empty where the dictionary does not write
 *     to the residual stream
 * @param bottomLogits the tokens that the feature makes least likely, least likely first
 * @param logits how the logit weights lie; empty where there are none
 * @param neighbours latents that are like this one, by each measure, the most alike first
 * @param cofiring latents that are active on the same tokens, the largest Jaccard index first
 * @param effects what ablation does in the first of the top examples, where that was asked for
 * @param labels what people or programs call the feature, such as a concept of a labelled corpus
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
        List<String> labels)
        implements Displayable {
    /** Keeps its own copies of the lists. */
    public FeatureReport {
        topExamples = List.copyOf(topExamples);
        groups = List.copyOf(groups);
        topLogits = List.copyOf(topLogits);
        bottomLogits = List.copyOf(bottomLogits);
        neighbours = List.copyOf(neighbours);
        cofiring = List.copyOf(cofiring);
        effects = List.copyOf(effects);
        labels = List.copyOf(labels);
    }

    /**
     * Tells whether the latent was never active.
     *
     * @return true where no token activated it
     */
    public boolean isDead() {
        return stats.isDead();
    }

    /**
     * Renders the report for a terminal: each example with its peak in brackets.
     *
     * @return lines of text, the last one ended
     */
    public String toText() {
        return FeatureText.of(this);
    }

    /** Renders the report as the page shows it, with all of its examples. */
    @Override
    public String toHtml() {
        return PageParts.fragment(this);
    }
}
