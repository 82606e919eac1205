package dev.assay.audit.measure;

import dev.assay.InvalidInputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Scores of documents of two classes, sorted once so that resamples and permutations are computed in linear time.
 */
public final class ScoredDocuments {
    private final double[] scores;
    private final boolean[] labels;
    private final int[] units;
    private final int unitCount;
    private final int[] order; // ascending scores
    private final int[]
            tieEnds; // exclusive end in `order` of the tie that begins at an index; only at the first of a tie

    private ScoredDocuments(double[] scores, boolean[] labels, int[] units) {
        this.scores = scores;
        this.labels = labels;
        this.units = units;
        this.unitCount = Arrays.stream(units).max().orElse(-1) + 1;
        this.order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> scores[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        this.tieEnds = new int[order.length];
        for (int start = 0; start < order.length; ) {
            int end = start + 1;
            while (end < order.length && scores[order[end]] == scores[order[start]]) {
                end++;
            }
            tieEnds[start] = end;
            start = end;
        }
    }

    /**
     * Creates scores of independent documents.
     *
     * @param scores n scores, larger for the positive class
     * @param labels n labels, true for the positive class, of both values
     * @return the scored documents
     * @throws InvalidInputException if the numbers differ, a score is NaN, or all labels are equal
     */
    public static ScoredDocuments of(double[] scores, boolean[] labels) {
        return of(scores, labels, IntStream.range(0, labels.length).toArray());
    }

    /**
     * Creates scores of documents in units, such as pairs or groups, which resamples draw as a whole.
     *
     * @param scores n scores, larger for the positive class
     * @param labels n labels, true for the positive class, of both values
     * @param units n unit numbers from 0
     * @return the scored documents
     * @throws InvalidInputException if the numbers differ, a score is NaN, or all labels are equal
     */
    public static ScoredDocuments of(double[] scores, boolean[] labels, int[] units) {
        InvalidInputException.require(
                scores.length == labels.length && units.length == labels.length,
                () -> "there are " + scores.length + " scores, " + labels.length + " labels and " + units.length
                        + " units, expected equal numbers");
        for (int i = 0; i < scores.length; i++) {
            if (Double.isNaN(scores[i])) {
                throw new InvalidInputException("score " + i + " is NaN, expected a number");
            }
        }
        double[] comparable = Arrays.stream(scores).map(score -> score + 0.0).toArray(); // −0 becomes 0
        ScoredDocuments documents = new ScoredDocuments(comparable, labels.clone(), units.clone());
        InvalidInputException.require(
                documents.positives() > 0 && documents.negatives() > 0,
                () -> "all " + labels.length + " documents have the same label, expected documents of both labels");
        return documents;
    }

    /** {@return the scores} */
    public double[] scores() {
        return scores.clone();
    }

    /** {@return the labels} */
    public boolean[] labels() {
        return labels.clone();
    }

    /** {@return the unit of each document} */
    public int[] units() {
        return units.clone();
    }

    /** {@return the number of documents} */
    public int size() {
        return scores.length;
    }

    /** {@return the number of positive documents} */
    public int positives() {
        int count = 0;
        for (boolean label : labels) {
            count += label ? 1 : 0;
        }
        return count;
    }

    /** {@return the number of negative documents} */
    public int negatives() {
        return size() - positives();
    }

    /** {@return the area under the ROC curve, exact with ties} */
    public double auroc() {
        return auroc(labels, ones());
    }

    /**
     * Returns the share of positive documents above a threshold that at most a share of the negative documents exceeds:
     *
     * <pre>
     * TPR(α) = max over t of #{positive ≥ t} / n_positive   subject to   #{negative ≥ t} / n_negative ≤ α
     * </pre>
     *
     * <p>Equal scores are on one side of the threshold, and there is no interpolation between thresholds, so the false-positive rate is never
     * above α; it can be below it if scores are tied or {@code α n_negative} is not an integer.
     *
     * @param falsePositiveRate α, from 0 to 1
     * @return from 0 to 1
     * @throws InvalidInputException if the rate is not from 0 to 1
     */
    public double truePositiveRate(double falsePositiveRate) {
        InvalidInputException.require(
                falsePositiveRate >= 0 && falsePositiveRate <= 1,
                "the false-positive rate",
                falsePositiveRate,
                "0 to 1");
        return truePositiveRate(falsePositiveRate, ones());
    }

    /**
     * Returns the percentile bootstrap interval of the area under the ROC curve.
     *
     * @param draws the number of resamples of units, at least 100
     * @param seed of the resamples; equal seeds and units draw equal resamples
     * @return the 95 % interval
     */
    public MetricInterval aurocInterval(int draws, long seed) {
        return interval(auroc(), draws, seed, counts -> auroc(labels, counts));
    }

    /**
     * Returns the percentile bootstrap interval of {@link #truePositiveRate(double)}; each resample has its own threshold.
     *
     * @param falsePositiveRate α, from 0 to 1
     * @param draws the number of resamples of units, at least 100
     * @param seed of the resamples
     * @return the 95 % interval
     */
    public MetricInterval truePositiveRateInterval(double falsePositiveRate, int draws, long seed) {
        return interval(
                truePositiveRate(falsePositiveRate),
                draws,
                seed,
                counts -> truePositiveRate(falsePositiveRate, counts));
    }

    /**
     * Returns the interval of the difference of the areas of two scores of the same documents, from common resamples.
     *
     * @param other other scores of the same documents, labels and units
     * @param draws the number of resamples of units, at least 100
     * @param seed of the resamples
     * @return the interval of {@code this − other}
     * @throws InvalidInputException if the labels or units differ
     */
    public MetricInterval aurocDifference(ScoredDocuments other, int draws, long seed) {
        InvalidInputException.require(
                Arrays.equals(labels, other.labels) && Arrays.equals(units, other.units),
                "the scores are of different documents, expected equal labels and units");
        return interval(
                auroc() - other.auroc(), draws, seed, counts -> auroc(labels, counts) - other.auroc(labels, counts));
    }

    /**
     * Tests whether the area under the ROC curve is larger than that of permuted labels:
     * {@code (1 + #{AUROC* ≥ AUROC}) / (1 + draws)}, one-sided. The scores stay fixed, so they must not depend on these labels.
     *
     * @param exchangeability the permutations of the labels
     * @param draws the number of permutations, at least 99
     * @param seed of the permutations
     * @return the p-value
     * @throws InvalidInputException if the number of documents differs
     */
    public double aurocPValue(Exchangeability exchangeability, int draws, long seed) {
        InvalidInputException.require(
                exchangeability.documents() == size(),
                () -> "the permutations are of " + exchangeability.documents() + " documents, expected " + size());
        InvalidInputException.requireAtLeast(99, "the number of permutations", draws);
        SplittableRandom random = new SplittableRandom(seed);
        double observed = auroc();
        int[] ones = ones();
        int larger = 0;
        for (int draw = 0; draw < draws; draw++) {
            double drawn = auroc(exchangeability.draw(random), ones);
            // Without documents of a label there is no area, and the draw counts against the scores.
            larger += drawn >= observed - 1e-12 || Double.isNaN(drawn) ? 1 : 0;
        }
        return (1.0 + larger) / (1.0 + draws);
    }

    private interface Metric {
        double of(int[] counts);
    }

    private MetricInterval interval(double value, int draws, long seed, Metric metric) {
        InvalidInputException.requireAtLeast(100, "the number of bootstrap draws", draws);
        SplittableRandom random = new SplittableRandom(seed);
        double[] drawn = new double[draws];
        int usable = 0;
        int[] ofUnits = new int[unitCount];
        int[] counts = new int[size()];
        for (int draw = 0; draw < draws; draw++) {
            Arrays.fill(ofUnits, 0);
            for (int i = 0; i < unitCount; i++) {
                ofUnits[random.nextInt(unitCount)]++;
            }
            for (int i = 0; i < counts.length; i++) {
                counts[i] = ofUnits[units[i]];
            }
            double resampled = metric.of(counts);
            if (!Double.isNaN(resampled)) { // NaN if a class has no documents in the resample
                drawn[usable++] = resampled;
            }
        }
        return MetricInterval.ofDraws(value, Arrays.copyOf(drawn, usable));
    }

    private int[] ones() {
        int[] ones = new int[size()];
        Arrays.fill(ones, 1);
        return ones;
    }

    private double auroc(boolean[] of, int[] counts) {
        long twiceWins = 0;
        long positives = 0;
        long negativesBelow = 0;
        for (int start = 0; start < order.length; start = tieEnds[start]) {
            long tiedPositives = 0;
            long tiedNegatives = 0;
            for (int i = start; i < tieEnds[start]; i++) {
                int document = order[i];
                if (of[document]) {
                    tiedPositives += counts[document];
                } else {
                    tiedNegatives += counts[document];
                }
            }
            twiceWins += tiedPositives * (2 * negativesBelow + tiedNegatives);
            positives += tiedPositives;
            negativesBelow += tiedNegatives;
        }
        return twiceWins / (2.0 * positives * negativesBelow);
    }

    private double truePositiveRate(double falsePositiveRate, int[] counts) {
        long positives = 0;
        long negatives = 0;
        for (int i = 0; i < counts.length; i++) {
            if (labels[i]) {
                positives += counts[i];
            } else {
                negatives += counts[i];
            }
        }
        if (positives == 0 || negatives == 0) {
            return Double.NaN;
        }
        long above = 0; // positives at or above the threshold
        long falsePositives = 0;
        int end = order.length;
        while (end > 0) {
            int start = end - 1;
            while (start > 0 && scores[order[start - 1]] == scores[order[end - 1]]) {
                start--;
            }
            long tiedPositives = 0;
            for (int i = start; i < end; i++) {
                if (labels[order[i]]) {
                    tiedPositives += counts[order[i]];
                } else {
                    falsePositives += counts[order[i]];
                }
            }
            if ((double) falsePositives / negatives > falsePositiveRate) {
                break;
            }
            above += tiedPositives;
            end = start;
        }
        return (double) above / positives;
    }
}
