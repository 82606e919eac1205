package dev.assay.explain.measure;

/**
 * Accumulates true and simulated activations token by token, for any number of tokens. Weights are those of the tokens in the corpus:
 * inverse inclusion probabilities make the score an estimate for uniformly drawn tokens. Not safe for several threads.
 *
 * <p>Means and products are updated as in Welford's algorithm, which avoids cancellation when the mean is far from 0.
 */
public final class SimulationAccumulator {
    private long tokens;
    private double weights;
    private double meanTrue;
    private double meanSimulated;
    private double varianceTrue; // Σ w (y − ȳ)²
    private double varianceSimulated;
    private double products; // Σ w (y − ȳ)(p − p̄)
    private double squaredErrors;
    private double absoluteErrors;
    private double squares; // Σ w y²
    private double magnitudes; // Σ w |y|
    private final Range rangeTrue = new Range();
    private final Range rangeSimulated = new Range();

    /** The smallest and the largest entry, which decide whether a sequence is constant without rounding errors. */
    private static final class Range {
        private double smallest = Double.POSITIVE_INFINITY;
        private double largest = Double.NEGATIVE_INFINITY;

        void add(double value) {
            smallest = Math.min(smallest, value);
            largest = Math.max(largest, value);
        }

        boolean isConstant() {
            return !(smallest < largest);
        }
    }

    /**
     * Adds one token.
     *
     * @param truth its true activation
     * @param simulated its simulated activation
     * @param weight at least 0; tokens of weight 0 are ignored
     * @throws dev.assay.InvalidInputException if an activation is not finite or the weight is negative
     */
    public void add(double truth, double simulated, double weight) {
        Arguments.requireFinite("a true activation", truth);
        Arguments.requireFinite("a simulated activation", simulated);
        Arguments.requireWeight(weight);
        if (weight == 0) {
            return;
        }
        tokens++;
        weights += weight;
        rangeTrue.add(truth);
        rangeSimulated.add(simulated);
        double deviationTrue = truth - meanTrue;
        double deviationSimulated = simulated - meanSimulated;
        meanTrue += deviationTrue * weight / weights;
        meanSimulated += deviationSimulated * weight / weights;
        varianceTrue += weight * deviationTrue * (truth - meanTrue);
        varianceSimulated += weight * deviationSimulated * (simulated - meanSimulated);
        products += weight * deviationTrue * (simulated - meanSimulated);
        double error = truth - simulated;
        squaredErrors += weight * error * error;
        absoluteErrors += weight * Math.abs(error);
        squares += weight * truth * truth;
        magnitudes += weight * Math.abs(truth);
    }

    /**
     * Adds a sequence of weight 1.
     *
     * @param truth n true activations
     * @param simulated n simulated activations
     * @throws dev.assay.InvalidInputException if the lengths differ or a number is not finite
     */
    public void add(double[] truth, double[] simulated) {
        Arguments.requireEqual("true and simulated activations", truth.length, simulated.length);
        for (int i = 0; i < truth.length; i++) {
            add(truth[i], simulated[i], 1);
        }
    }

    /**
     * Adds a sequence.
     *
     * @param truth n true activations
     * @param simulated n simulated activations
     * @param weight the weight of each token
     * @throws dev.assay.InvalidInputException if the lengths differ, a number is not finite or the weight is negative
     */
    public void add(float[] truth, float[] simulated, double weight) {
        Arguments.requireEqual("true and simulated activations", truth.length, simulated.length);
        for (int i = 0; i < truth.length; i++) {
            add(truth[i], simulated[i], weight);
        }
    }

    /**
     * Returns the score of the tokens so far.
     *
     * @return the score; without tokens it is constant and silent
     */
    public SimulationScore score() {
        boolean silent = squares == 0;
        return new SimulationScore(
                correlation(),
                silent ? 0 : 1 - squaredErrors / squares,
                silent ? 0 : 1 - absoluteErrors / magnitudes,
                silent,
                tokens);
    }

    private Correlation correlation() {
        // √(v · v) is exactly v, so the correlation of equal sequences is exactly 1; √v · √v cannot overflow.
        double product = varianceTrue * varianceSimulated;
        double scale = product > Double.MIN_NORMAL && product < Double.POSITIVE_INFINITY
                ? Math.sqrt(product)
                : Math.sqrt(varianceTrue) * Math.sqrt(varianceSimulated);
        if (rangeTrue.isConstant() || rangeSimulated.isConstant() || !(scale > 0)) {
            return Correlation.UNDEFINED;
        }
        return new Correlation(Math.max(-1, Math.min(1, products / scale)), false);
    }
}
