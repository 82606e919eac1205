package dev.assay.experiment;

import dev.assay.view.Html;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * A mean with its 95 % interval.
 *
 * @param mean the mean
 * @param low the lower end of the interval; NaN if there is none
 * @param high the upper end of the interval; NaN if there is none
 * @param values the numbers that the mean summarizes, one per seed or per item; empty if they are not kept
 */
public record Estimate(double mean, double low, double high, List<Double> values) {
    private static final double COVERAGE = 0.95;
    private static final int BOOTSTRAP_SAMPLES = 10_000;

    /** Copies the list. */
    public Estimate {
        values = List.copyOf(values);
    }

    /**
     * Returns the mean over seeds with the interval {@code x̄ ± t · s / √n}: s is the sample standard deviation with n − 1 in its denominator,
     * and t the 0.975 quantile of Student's distribution with n − 1 degrees of freedom (2.776 for five seeds).
     *
     * @param values one number per seed, at least one
     * @return the estimate; a single number has no interval
     */
    public static Estimate overSeeds(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no values, expected at least one");
        }
        double mean = mean(values);
        double half = Double.NaN;
        if (values.length > 1) {
            double squares =
                    Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum();
            double deviation = Math.sqrt(squares / (values.length - 1));
            half = StudentT.twoSided(COVERAGE, values.length - 1) * deviation / Math.sqrt(values.length);
        }
        return new Estimate(mean, mean - half, mean + half, boxed(values));
    }

    /**
     * Returns the mean over seeds, see {@link #overSeeds(double...)}.
     *
     * @param values one number per seed, at least one
     * @return the estimate
     */
    public static Estimate overSeeds(List<Double> values) {
        return overSeeds(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /**
     * Returns the mean of a measure over seeds, see {@link #overSeeds(double...)}.
     *
     * @param <T> the type of a result
     * @param seeds one result per seed, at least one
     * @param measure the number of a result
     * @return the estimate
     */
    public static <T> Estimate overSeeds(List<T> seeds, ToDoubleFunction<? super T> measure) {
        return overSeeds(seeds.stream().mapToDouble(measure).toArray());
    }

    /**
     * Returns the mean difference of paired numbers, with the interval of {@link #overSeeds(double...)} of the differences.
     *
     * @param values one number per seed
     * @param baseline numbers of the same seeds
     * @return the estimate of values − baseline
     */
    public static Estimate difference(double[] values, double[] baseline) {
        if (values.length != baseline.length) {
            throw new IllegalArgumentException(values.length + " values for " + baseline.length + " of the baseline");
        }
        double[] differences = new double[values.length];
        Arrays.setAll(differences, i -> values[i] - baseline[i]);
        return overSeeds(differences);
    }

    /**
     * Returns the mean over items such as prompts, with the percentile interval of the bootstrap (Efron, 1979): the 2.5 % and 97.5 %
     * quantiles of the means of {@value #BOOTSTRAP_SAMPLES} samples with replacement. The values themselves are not kept.
     *
     * @param values one number per item, at least one
     * @param seed of the samples
     * @return the estimate; a single number has no interval
     */
    public static Estimate bootstrap(double[] values, long seed) {
        if (values.length < 2) {
            return overSeeds(values);
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] means = new double[BOOTSTRAP_SAMPLES];
        for (int sample = 0; sample < means.length; sample++) {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += values[random.nextInt(values.length)];
            }
            means[sample] = sum / values.length;
        }
        Arrays.sort(means);
        int tail = (int) Math.round((1 - COVERAGE) / 2 * means.length);
        return new Estimate(mean(values), means[tail], means[means.length - 1 - tail], List.of());
    }

    /**
     * Returns a number that has no spread.
     *
     * @param value any number
     * @return the estimate without interval
     */
    public static Estimate exact(double value) {
        return new Estimate(value, Double.NaN, Double.NaN, List.of());
    }

    /** {@return whether there is an interval} */
    public boolean hasInterval() {
        return Double.isFinite(low) && Double.isFinite(high);
    }

    /**
     * Returns whether the lower end of the interval is above a number.
     *
     * @param number such as 0
     * @return false without an interval
     */
    public boolean isAbove(double number) {
        return low > number;
    }

    /**
     * Returns the mean with half of the length of a symmetric interval, or with both ends.
     *
     * @return such as {@code 0.912 ± 0.004} or {@code 0.912 [0.905, 0.921]}
     */
    public String text() {
        if (!hasInterval()) {
            return Html.number(mean);
        }
        double half = (high - low) / 2;
        String pattern = "%." + decimals(half) + "f";
        boolean symmetric = Math.abs(high + low - 2 * mean) <= 1e-9 * Math.max(half, Math.abs(mean));
        return symmetric
                ? format(pattern + " ± " + pattern, mean, half)
                : format(pattern + " [" + pattern + ", " + pattern + "]", mean, low, high);
    }

    private static String format(String pattern, Object... numbers) {
        return String.format(Locale.ROOT, pattern, numbers).replace('-', '−');
    }

    /** Two significant digits of the half length, at least those of a mean with three. */
    private int decimals(double half) {
        double size = half > 0 ? half : Math.abs(mean) / 10;
        int digits = size > 0 ? 1 - (int) Math.floor(Math.log10(size)) : 3;
        return Math.max(0, Math.min(5, digits));
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
