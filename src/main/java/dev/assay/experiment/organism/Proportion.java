package dev.assay.experiment.organism;

import dev.assay.experiment.Estimate;
import java.util.List;

/**
 * A share of some answers.
 *
 * @param count the number of answers that have the property
 * @param of the number of all answers, at least 1
 */
public record Proportion(int count, int of) {
    private static final double Z = 1.959964; // the 0.975 quantile of the normal distribution

    /** {@return count / of} */
    public double rate() {
        return (double) count / of;
    }

    /** {@return the share of the answers of both} */
    public Proportion and(Proportion other) {
        return new Proportion(count + other.count, of + other.of);
    }

    /** {@return the share of all answers; at least one part has answers} */
    public static Proportion sum(List<Proportion> parts) {
        return parts.stream().reduce(new Proportion(0, 0), Proportion::and);
    }

    /** {@return the share with the 95 % score interval (Wilson 1927)} */
    public Estimate estimate() {
        double p = rate();
        double centre = (p + Z * Z / (2 * of)) / (1 + Z * Z / of);
        double half = Z / (1 + Z * Z / of) * Math.sqrt(p * (1 - p) / of + Z * Z / (4.0 * of * of));
        return new Estimate(
                p, Math.max(0, Math.min(p, centre - half)), Math.min(1, Math.max(p, centre + half)), List.of());
    }

    /** {@return this share minus another with the interval of Newcombe (1998), method 10, from the score intervals of both} */
    public Estimate minus(Proportion other) {
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
