package dev.assay.evaluate.standard;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Accumulates the activations of latents over batches in float64: firing counts and moments. All counts are of tokens, not of batches, so the
 * results do not depend on the batch size.
 */
public final class CodeStatistics {
    /** A latent that fires more often counts as active in the original. */
    public static final int MOST_FIRINGS_OF_INACTIVE = 10;

    private static final int POWERS = 4;
    private static final int BOOTSTRAP_SAMPLES = 1_000;
    private static final double TAIL = 0.025;

    private final int dSae;
    private final double[][] sums; // [power − 1][d_sae]
    private final List<int[]> firings = new ArrayList<>(); // per batch, [d_sae]
    private long tokens;

    /**
     * Creates statistics without tokens.
     *
     * @param dSae the number of latents
     */
    public CodeStatistics(int dSae) {
        this.dSae = dSae;
        this.sums = new double[POWERS][dSae];
    }

    /**
     * A number with its 95 % interval.
     *
     * @param value the number
     * @param low the lower end
     * @param high the upper end
     */
    public record Interval(double value, double low, double high) {}

    /**
     * Adds the codes of a batch.
     *
     * @param codes of n tokens, not negative
     */
    public void add(SparseCodes codes) {
        try (Scope scope = Scope.open()) {
            NDArray wide = codes.values().toType(DataType.FLOAT64, false);
            double[] values = wide.toDoubleArray();
            long[] latents = codes.indices().toType(DataType.INT64, false).toLongArray();
            int[] fired = new int[dSae];
            for (int i = 0; i < values.length; i++) {
                int latent = (int) latents[i];
                double value = values[i];
                double power = value;
                for (int p = 0; p < POWERS; p++) {
                    sums[p][latent] += power;
                    power *= value;
                }
                fired[latent] += value != 0 ? 1 : 0;
            }
            firings.add(fired);
            tokens += codes.rows();
        }
    }

    /** {@return the number of tokens} */
    public long tokens() {
        return tokens;
    }

    /** {@return the number of tokens on which each latent is not 0, [d_sae]} */
    public long[] firings() {
        long[] total = new long[dSae];
        for (int[] batch : firings) {
            for (int i = 0; i < dSae; i++) {
                total[i] += batch[i];
            }
        }
        return total;
    }

    /** {@return the mean number of latents per token that are not 0} */
    public double meanNonZero() {
        return (double) Arrays.stream(firings()).sum() / tokens;
    }

    /**
     * Returns the number of latents that fire on more than {@value #MOST_FIRINGS_OF_INACTIVE} tokens, with the percentile interval of a
     * bootstrap over batches, whose tokens are correlated. The number grows with the number of tokens.
     *
     * @param seed of the samples
     * @return the number; the interval is a point for a single batch
     */
    public Interval everActive(long seed) {
        double value = active(firings());
        SplittableRandom random = new SplittableRandom(seed);
        double[] samples = new double[BOOTSTRAP_SAMPLES];
        for (int sample = 0; sample < samples.length; sample++) {
            long[] drawn = new long[dSae];
            for (int i = 0; i < firings.size(); i++) {
                int[] batch = firings.get(random.nextInt(firings.size()));
                for (int latent = 0; latent < dSae; latent++) {
                    drawn[latent] += batch[latent];
                }
            }
            samples[sample] = active(drawn);
        }
        Arrays.sort(samples);
        int tail = (int) Math.round(TAIL * samples.length);
        return new Interval(value, samples[tail], samples[samples.length - 1 - tail]);
    }

    private static double active(long[] counts) {
        return Arrays.stream(counts)
                .filter(count -> count > MOST_FIRINGS_OF_INACTIVE)
                .count();
    }

    /**
     * Returns the moments of the activations of a latent on all tokens, with zeros.
     *
     * @param latent the latent
     * @return the moments
     */
    public Moments onAllTokens(int latent) {
        return Moments.of(tokens, sums[0][latent], sums[1][latent], sums[2][latent], sums[3][latent]);
    }

    /**
     * Returns the moments of the activations of a latent on the tokens on which it fires.
     *
     * @param latent the latent
     * @return the moments; NaN for a latent that never fires
     */
    public Moments whereActive(int latent) {
        return Moments.of(firings()[latent], sums[0][latent], sums[1][latent], sums[2][latent], sums[3][latent]);
    }

    /**
     * Returns the medians over latents that fire on more than {@value #MOST_FIRINGS_OF_INACTIVE} tokens of the moments on all tokens.
     *
     * @return medians of each field; NaN if there is no such latent
     */
    public Moments medians() {
        long[] counts = firings();
        List<Moments> active = new ArrayList<>();
        for (int latent = 0; latent < dSae; latent++) {
            if (counts[latent] > MOST_FIRINGS_OF_INACTIVE) {
                active.add(onAllTokens(latent));
            }
        }
        return new Moments(
                tokens,
                median(active.stream().mapToDouble(Moments::mean).toArray()),
                median(active.stream().mapToDouble(Moments::variance).toArray()),
                median(active.stream().mapToDouble(Moments::skewAboutZero).toArray()),
                median(active.stream().mapToDouble(Moments::kurtosisAboutZero).toArray()),
                median(active.stream().mapToDouble(Moments::skew).toArray()),
                median(active.stream().mapToDouble(Moments::kurtosis).toArray()));
    }

    private static double median(double[] values) {
        double[] sorted =
                Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length == 0
                ? Double.NaN
                : sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
