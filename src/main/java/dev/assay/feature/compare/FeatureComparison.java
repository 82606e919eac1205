package dev.assay.feature.compare;

import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.store.Example;
import dev.assay.provenance.Provenance;
import dev.assay.view.Displayable;
import java.util.List;
import java.util.Map;

/**
 * Which features two dictionaries share. Two latents match where each is the most like the other of all latents, and at least as like
 * as a bound. Beside it stands what chance gives: for cosines, a dictionary of random directions in the place of b; over activations,
 * the tokens of b shifted by half the corpus around, so that every latent keeps its activations.
 *
 * @param measure how likeness is measured
 * @param bound what a match needs at least
 * @param a the one dictionary
 * @param b the other
 * @param matched the pairs, the most alike first
 * @param matchedByChance the number of pairs by chance
 * @param gone the live latents of a without a match, the least like anything first
 * @param added the live latents of b without a match, the least like anything first
 * @param glimpsesOfA what some latents of a are: those that a text or a page shows
 * @param glimpsesOfB what some latents of b are
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
    /** Keeps its own copies. */
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
     * @param provenance where its features come from
     * @param latents the number of its latents
     * @param dead how many of them no token of its store activates
     * @param meanBest the mean over its latents of how like the best of the other dictionary is
     * @param meanBestByChance the same by chance
     */
    public record Side(Provenance provenance, int latents, int dead, double meanBest, double meanBestByChance) {}

    /**
     * A pair.
     *
     * @param latentOfA its latent in a
     * @param latentOfB its latent in b
     * @param value how like they are
     */
    public record Match(int latentOfA, int latentOfB, double value) {}

    /**
     * A latent without a match.
     *
     * @param latent its number
     * @param nearest the latent of the other dictionary that is the most like it; -1 where none has anything in common with it
     * @param value how like they are
     */
    public record Unmatched(int latent, int nearest, double value) {}

    /**
     * What a latent is.
     *
     * @param summary its line
     * @param examples its strongest examples
     * @param labels what it is called
     */
    public record Glimpse(FeatureSummary summary, List<Example> examples, List<String> labels) {
        /** Keeps its own copies. */
        public Glimpse {
            examples = List.copyOf(examples);
            labels = List.copyOf(labels);
        }
    }

    /**
     * Renders the comparison for a terminal.
     *
     * @return lines of text, the last one ended
     */
    public String toText() {
        return ComparisonText.of(this);
    }

    /** Renders tables of matched pairs, of what is gone and of what is new, with examples beside each other. */
    @Override
    public String toHtml() {
        return ComparisonHtml.of(this);
    }
}
