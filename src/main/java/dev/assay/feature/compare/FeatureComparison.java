package dev.assay.feature.compare;

import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.store.Example;
import dev.assay.provenance.Provenance;
import dev.assay.view.Displayable;
import java.util.List;
import java.util.Map;

/**
 * The features that two dictionaries share. Two latents match if each is the most similar latent to the other and their similarity is at
 * least a bound. The null is a dictionary of random directions in place of b for cosines, and the activations of b shifted cyclically by
 * half the corpus for activations.
 *
 * @param measure the measure of similarity
 * @param bound the smallest similarity of a match
 * @param a the first dictionary
 * @param b the second dictionary
 * @param matched the pairs, the most similar first
 * @param matchedByChance the number of pairs under the null
 * @param gone the live latents of a without a match, the least similar first
 * @param added the live latents of b without a match, the least similar first
 * @param glimpsesOfA descriptions of the latents of a that are shown
 * @param glimpsesOfB descriptions of the latents of b that are shown
 */
public record FeatureComparison(
        Neighbour.Measure measure,
        double bound,
        Side a,
        Side b,
        List<Match> matched,
        int matchedByChance,
        List<Unmatched> gone,
        List<Unmatched> added,
        Map<Integer, Glimpse> glimpsesOfA,
        Map<Integer, Glimpse> glimpsesOfB)
        implements Displayable {
    /** Copies the collections. */
    public FeatureComparison {
        matched = List.copyOf(matched);
        gone = List.copyOf(gone);
        added = List.copyOf(added);
        glimpsesOfA = Map.copyOf(glimpsesOfA);
        glimpsesOfB = Map.copyOf(glimpsesOfB);
    }

    /**
     * One of the two dictionaries.
     *
     * @param provenance of its features
     * @param latents the number of its latents
     * @param dead the number of latents that no token of its store activates
     * @param meanBest the mean over its latents of the largest similarity to a latent of the other dictionary
     * @param meanBestByChance the same under the null
     */
    public record Side(Provenance provenance, int latents, int dead, double meanBest, double meanBestByChance) {}

    /**
     * A pair.
     *
     * @param latentOfA its latent in a
     * @param latentOfB its latent in b
     * @param value their similarity
     */
    public record Match(int latentOfA, int latentOfB, double value) {}

    /**
     * A latent without a match.
     *
     * @param latent its number
     * @param nearest the most similar latent of the other dictionary; -1 if no latent has a positive similarity
     * @param value their similarity
     */
    public record Unmatched(int latent, int nearest, double value) {}

    /**
     * The description of a latent.
     *
     * @param summary its statistics and peak tokens
     * @param examples its strongest examples
     * @param labels its labels
     */
    public record Glimpse(FeatureSummary summary, List<Example> examples, List<String> labels) {
        /** Copies the collections. */
        public Glimpse {
            examples = List.copyOf(examples);
            labels = List.copyOf(labels);
        }
    }

    /**
     * Renders the comparison in plain text.
     *
     * @return lines, each ended
     */
    @Override
    public String toString() {
        return ComparisonText.of(this);
    }

    /** Renders tables of the matched pairs and of the latents without a match, with examples. */
    @Override
    public String toHtml() {
        return ComparisonHtml.of(this);
    }
}
