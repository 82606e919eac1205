package dev.assay.experiment.mo1;

import dev.assay.experiment.Estimate;
import java.util.List;

/**
 * A share of some answers.
 *
 * @param count the number of answers that have the property
 * @param of the number of all answers, at least 1
 */
record Proportion(int count, int of) {
    private static final double Z = 1.959964; // the 0.975 quantile of the normal distribution

    double rate() {
        return (double) count / of;
    }

    Proportion and(Proportion other) {
        return new Proportion(count + other.count, of + other.of);
    }

    static Proportion sum(List<Proportion> parts) {
        return parts.stream().reduce(new Proportion(0, 0), Proportion::and);
    }

    /** Returns the share with the 95 % score interval (Wilson 1927). */
    Estimate estimate() {
        double p = rate();
        double centre = (p + Z * Z / (2 * of)) / (1 + Z * Z / of);
        double half = Z / (1 + Z * Z / of) * Math.sqrt(p * (1 - p) / of + Z * Z / (4.0 * of * of));
        return new Estimate(
                p, Math.max(0, Math.min(p, centre - half)), Math.min(1, Math.max(p, centre + half)), List.of());
    }

    /** Returns this share minus another with the interval of Newcombe (1998), method 10, from the score intervals of both. */
    Estimate minus(Proportion other) {
        Estimate a = estimate();
        Estimate b = other.estimate();
        double difference = a.mean() - b.mean();
        return new Estimate(
                difference,
                difference - Math.hypot(a.mean() - a.low(), b.high() - b.mean()),
                difference + Math.hypot(a.high() - a.mean(), b.mean() - b.low()),
                List.of());
    }
}
