package dev.assay.feature.store;

import dev.assay.checkpoint.MappedTensor;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Sums over codes and quantiles of every latent, computed from the written rows. */
final class RowSummaries {
    private final PairMoments.CodeSums[] sums;
    private final double[] quantiles; // [latents, FeatureStats.SHARES]

    RowSummaries(long[] offsets, MappedTensor codes, float[] maxima) {
        sums = new PairMoments.CodeSums[maxima.length];
        int shares = FeatureStats.SHARES.size();
        quantiles = new double[maxima.length * shares];
        IntStream.range(0, maxima.length).parallel().forEach(latent -> {
            char[] row = codes.chars(offsets[latent], Math.toIntExact(offsets[latent + 1] - offsets[latent]));
            sums[latent] = sums(row);
            Arrays.sort(row);
            for (int i = 0; i < shares && row.length > 0; i++) {
                quantiles[latent * shares + i] = quantile(row, FeatureStats.SHARES.get(i), maxima[latent]);
            }
        });
    }

    PairMoments.CodeSums[] sums() {
        return sums;
    }

    /** Returns the sums of the codes and of their squares, [latents, 2]. */
    long[] flatSums() {
        return Arrays.stream(sums)
                .flatMapToLong(row -> LongStream.of(row.sum(), row.squares()))
                .toArray();
    }

    /** Returns the quantiles at {@link FeatureStats#SHARES}, [latents, shares]; 0 for a dead latent. */
    double[] quantiles() {
        return quantiles;
    }

    static PairMoments.CodeSums sums(char[] codes) {
        long sum = 0;
        long squares = 0;
        for (char code : codes) {
            sum += code;
            squares += (long) code * code;
        }
        return new PairMoments.CodeSums(codes.length, sum, squares);
    }

    /** Returns a quantile of ascending codes with linear interpolation, the default of NumPy. */
    static double quantile(char[] rising, double share, float max) {
        double place = share * (rising.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, rising.length - 1);
        double low = LinearCode.value(rising[below], max);
        double high = LinearCode.value(rising[above], max);
        return low + (place - below) * (high - low);
    }

    /** Returns the fraction of a row's activations that are at most a value. */
    static double share(char[] codes, double value, float max) {
        int least = LinearCode.firstAtLeast(Math.nextUp(value), max);
        int below = 0;
        for (char code : codes) {
            below += code < least ? 1 : 0;
        }
        return (double) below / codes.length;
    }
}
