package dev.assay.verify.reference;

/**
 * The largest difference between a computed value and the recorded one.
 *
 * @param value the name of the value, such as {@code accuracies}
 * @param difference the largest difference over the entries of the value; NaN if only one side is NaN
 * @param tolerance the largest difference that passes, at least 0
 */
public record ValueDifference(String value, double difference, double tolerance) {
    /**
     * Returns whether the difference is within the tolerance.
     *
     * @return false also for NaN
     */
    public boolean passed() {
        return difference <= tolerance;
    }
}
