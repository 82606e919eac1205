package dev.assay.feature.store;

import dev.assay.checkpoint.MappedTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Statistics, activations and coactivating latents of each latent of a store. */
final class StoredLatents {
    private final Map<String, MappedTensor> arrays;
    private final MappedTensor offsets;
    private final MappedTensor maxima;
    private final StoredCorpus corpus;
    private final long tokens;

    StoredLatents(Map<String, MappedTensor> arrays, StoredCorpus corpus, long tokens) {
        this.arrays = arrays;
        this.corpus = corpus;
        this.tokens = tokens;
        offsets = arrays.get(StoreLayout.ROW_OFFSETS);
        maxima = arrays.get(StoreLayout.MAX);
    }

    /** Returns the number of tokens on which a latent is active. */
    int active(int latent) {
        return (int) (offsets.longAt(latent + 1L) - offsets.longAt(latent));
    }

    double density(int latent) {
        return (double) active(latent) / tokens;
    }

    float max(int latent) {
        return maxima.floatAt(latent);
    }

    FeatureStats stats(int latent) {
        MappedTensor moments = arrays.get(StoreLayout.MOMENTS);
        long row = (long) latent * LatentStatistics.MOMENTS;
        return new FeatureStats(
                tokens,
                active(latent),
                max(latent),
                moments.doubleAt(row),
                moments.doubleAt(row + 1),
                moments.doubleAt(row + 2),
                moments.doubleAt(row + 3),
                quantiles(latent));
    }

    private List<Double> quantiles(int latent) {
        if (active(latent) == 0) {
            return List.of();
        }
        MappedTensor quantiles = arrays.get(StoreLayout.QUANTILES);
        int shares = FeatureStats.SHARES.size();
        List<Double> found = new ArrayList<>(shares);
        for (int i = 0; i < shares; i++) {
            found.add(quantiles.doubleAt((long) latent * shares + i));
        }
        return found;
    }

    /** Returns the histogram up to the bin of the maximum activation. */
    Histogram histogram(int latent) {
        MappedTensor counts = arrays.get(StoreLayout.HISTOGRAM);
        float width = arrays.get(StoreLayout.BIN_WIDTH).floatAt(latent);
        int used = active(latent) == 0 ? 0 : Math.min(ActivationHistograms.BINS, (int) (max(latent) / width) + 1);
        List<Long> bins = new ArrayList<>(used);
        for (int bin = 0; bin < used; bin++) {
            bins.add((long) counts.intAt((long) latent * ActivationHistograms.BINS + bin));
        }
        return new Histogram(0, width, bins);
    }

    PairMoments.CodeSums sums(int latent) {
        MappedTensor sums = arrays.get(StoreLayout.CODE_SUMS);
        return new PairMoments.CodeSums(active(latent), sums.longAt(2L * latent), sums.longAt(2L * latent + 1));
    }

    /** Returns the codes of a row without reading its positions. */
    char[] codes(int latent) {
        return arrays.get(StoreLayout.CODES).chars(offsets.longAt(latent), active(latent));
    }

    /** Returns the activations of a latent. Checks that positions are ascending, which all readers rely on. */
    FeatureActivations row(int latent) {
        int[] positions = arrays.get(StoreLayout.POSITIONS).ints(offsets.longAt(latent), active(latent));
        long last = -1;
        for (int position : positions) {
            if (position <= last || position >= corpus.positions()) {
                throw corpus.damaged("has positions of latent " + latent + " that are not ascending from 0 to "
                        + (corpus.positions() - 1));
            }
            last = position;
        }
        return new FeatureActivations(corpus, positions, codes(latent), max(latent));
    }

    /** Returns coactivating latents by a measure of the {@link StoreLayout}; {@code width} is the stored number per latent. */
    List<Coactivation> partners(String measure, int latent, int count, int width) {
        MappedTensor latents = arrays.get(StoreLayout.latentsOf(measure));
        MappedTensor together = arrays.get(StoreLayout.togetherOf(measure));
        MappedTensor pearson = arrays.get(StoreLayout.pearsonOf(measure));
        List<Coactivation> partners = new ArrayList<>();
        for (long index = (long) latent * width, end = index + Math.min(count, width); index < end; index++) {
            int other = latents.intAt(index);
            if (other == TopCoactivations.NONE) {
                break;
            }
            if (other < 0 || other >= offsets.size() - 1) {
                throw corpus.damaged("lists latent " + other + " as coactivating with latent " + latent);
            }
            PairMoments pair = new PairMoments(tokens, sums(latent), sums(other), together.intAt(index), 0);
            partners.add(
                    new Coactivation(other, pair.together(), pair.jaccard(), pearson.doubleAt(index), pair.lift()));
        }
        return partners;
    }
}
