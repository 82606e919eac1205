package dev.assay.audit.monitor;

import dev.assay.InvalidInputException;
import java.util.List;

/**
 * Settings of the scores of monitors.
 *
 * @param falsePositiveRates the bounds of the false-positive rate, each above 0 and below 1
 * @param bootstrap the number of bootstrap draws, at least 100
 * @param permutations the number of label permutations, at least 99
 * @param seed of the training, the draws and the permutations
 */
public record MonitorSettings(List<Double> falsePositiveRates, int bootstrap, int permutations, long seed) {
    /** True-positive rates at 1 % and 5 %, 1,000 bootstrap draws, 999 permutations, seed 0. */
    public static final MonitorSettings DEFAULT = new MonitorSettings(List.of(0.01, 0.05), 1000, 999, 0);

    /** Checks the numbers. */
    public MonitorSettings {
        falsePositiveRates = List.copyOf(falsePositiveRates);
        for (double rate : falsePositiveRates) {
            InvalidInputException.require(rate > 0 && rate < 1, "a false-positive rate", rate, "above 0 and below 1");
        }
        InvalidInputException.requireAtLeast(100, "the number of bootstrap draws", bootstrap);
        InvalidInputException.requireAtLeast(99, "the number of permutations", permutations);
    }

    /** {@return the same settings with another seed} */
    public MonitorSettings withSeed(long other) {
        return new MonitorSettings(falsePositiveRates, bootstrap, permutations, other);
    }
}
