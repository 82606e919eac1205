package dev.assay.feature.compare;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.feature.report.FeatureNames;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.store.ExampleWindow;
import dev.assay.feature.store.FeatureStore;
import dev.assay.provenance.TextProvenance;
import dev.assay.sae.SparseAutoencoder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/** Compares two dictionaries. */
public final class ComparisonBuilder {
    /** The number of pairs, and of features without a match, that are shown. */
    private static final int SHOWN = 20;

    private static final int EXAMPLES = 3;
    private static final ExampleWindow WINDOW = new ExampleWindow(10, 5);

    private final Compared a;
    private final Compared b;
    private final Neighbour.Measure measure;
    private final double bound;

    /** Creates a comparison of two dictionaries with a similarity measure and its lower bound. */
    public ComparisonBuilder(Compared a, Compared b, Neighbour.Measure measure, double bound) {
        this.a = a;
        this.b = b;
        this.measure = measure;
        this.bound = bound;
        if (!(bound > 0 && bound <= 1)) {
            throw new InvalidInputException("the bound is " + bound + ", expected a number above 0 and up to 1");
        }
    }

    /** One of the dictionaries; {@code summary} summarizes a latent. */
    public record Compared(
            SparseAutoencoder sae, FeatureStore store, FeatureNames names, IntFunction<FeatureSummary> summary) {
        FeatureComparison.Glimpse glimpse(int latent) {
            return new FeatureComparison.Glimpse(
                    summary.apply(latent), store.topExamples(latent, EXAMPLES, WINDOW), names.labels(latent));
        }

        boolean isDead(int latent) {
            return store.maxActivation(latent) == 0;
        }

        FeatureComparison.Side side(double meanBest, double byChance) {
            int dead = 0;
            for (int latent = 0; latent < store.latents(); latent++) {
                dead += isDead(latent) ? 1 : 0;
            }
            return new FeatureComparison.Side(store.provenance(), store.latents(), dead, meanBest, byChance);
        }
    }

    /** {@return the comparison} */
    public FeatureComparison make() {
        Matches found = found();
        BestMatches best = found.best();
        BestMatches chance = found.byChance();
        List<FeatureComparison.Match> matched = best.mutual(bound);
        Set<Integer> matchedOfA = new HashSet<>();
        Set<Integer> matchedOfB = new HashSet<>();
        matched.forEach(match -> {
            matchedOfA.add(match.latentOfA());
            matchedOfB.add(match.latentOfB());
        });
        List<FeatureComparison.Unmatched> gone = unmatched(a, matchedOfA, best::nearestOfA);
        List<FeatureComparison.Unmatched> added = unmatched(b, matchedOfB, best::nearestOfB);
        Map<Integer, FeatureComparison.Glimpse> glimpsesOfA = new HashMap<>();
        Map<Integer, FeatureComparison.Glimpse> glimpsesOfB = new HashMap<>();
        first(matched).forEach(match -> {
            glimpsesOfA.put(match.latentOfA(), a.glimpse(match.latentOfA()));
            glimpsesOfB.put(match.latentOfB(), b.glimpse(match.latentOfB()));
        });
        first(gone).forEach(one -> glimpsesOfA.put(one.latent(), a.glimpse(one.latent())));
        first(added).forEach(one -> glimpsesOfB.put(one.latent(), b.glimpse(one.latent())));
        return new FeatureComparison(
                measure,
                bound,
                a.side(best.meanOfA(), chance.meanOfA()),
                b.side(best.meanOfB(), chance.meanOfB()),
                matched,
                chance.mutual(bound).size(),
                gone,
                added,
                glimpsesOfA,
                glimpsesOfB);
    }

    /** The matches, and the matches by chance. */
    private record Matches(BestMatches best, BestMatches byChance) {}

    private Matches found() {
        return switch (measure) {
            case DECODER_COSINE, ENCODER_COSINE -> {
                try (Lifetime.Use ofA = a.sae().use();
                        Lifetime.Use ofB = b.sae().use()) {
                    yield new Matches(
                            DictionaryMatching.ofDirections(directions(a), directions(b)),
                            DictionaryMatching.ofRandomDirections(directions(a), directions(b)));
                }
            }
            case PEARSON, JACCARD -> {
                requireSameTokens();
                ActivationMatching matching = new ActivationMatching(a.store(), b.store(), measure);
                yield new Matches(matching.best(0), matching.best(a.store().positions() / 2));
            }
        };
    }

    private NDArray directions(Compared side) {
        return measure == Neighbour.Measure.DECODER_COSINE
                ? side.sae().decoder()
                : side.sae().encoder();
    }

    private void requireSameTokens() {
        TextProvenance ofA = a.store().provenance().text();
        TextProvenance ofB = b.store().provenance().text();
        if (!ofA.hash().equals(ofB.hash())) {
            throw new InvalidInputException("the two feature stores are of different tokens (" + ofA.tokens() + " of "
                    + ofA.description() + ", and " + ofB.tokens() + " of " + ofB.description()
                    + "), so that activations cannot be compared; collect them on the same text, or compare decoders");
        }
    }

    private static List<FeatureComparison.Unmatched> unmatched(
            Compared side, Set<Integer> matched, IntFunction<FeatureComparison.Unmatched> nearest) {
        List<FeatureComparison.Unmatched> unmatched = new ArrayList<>();
        for (int latent = 0; latent < side.store().latents(); latent++) {
            if (!matched.contains(latent) && !side.isDead(latent)) {
                unmatched.add(nearest.apply(latent));
            }
        }
        unmatched.sort(Comparator.comparingDouble(FeatureComparison.Unmatched::value));
        return unmatched;
    }

    private static <T> List<T> first(List<T> all) {
        return all.subList(0, Math.min(SHOWN, all.size()));
    }
}
