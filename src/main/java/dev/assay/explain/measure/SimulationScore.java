package dev.assay.explain.measure;

import java.util.List;

/**
 * The agreement of simulated activations {@code p} with true activations {@code y} over all tokens of all sequences, laid end to end. The
 * mean of the correlations of single sequences is another number.
 *
 * <p>Formulas of OpenAI's neuron explainer: {@code rSquared = 1 − Σw(y − p)² / Σwy²}, which is not centred, and
 * {@code absoluteDeviationExplained = 1 − Σw|y − p| / Σw|y|}.
 *
 * @param correlation the Pearson correlation of y and p
 * @param rSquared at most 1; 0 if {@code silent}
 * @param absoluteDeviationExplained at most 1; 0 if {@code silent}
 * @param silent whether all true activations are 0, so that the two shares are undefined
 * @param tokens the number of tokens
 */
public record SimulationScore(
        Correlation correlation, double rSquared, double absoluteDeviationExplained, boolean silent, long tokens) {

    /**
     * Scores sequences of equal weight.
     *
     * @param truth true activations [sequences][tokens]
     * @param simulated simulated activations of the same shape
     * @return the score
     * @throws dev.assay.InvalidInputException if the shapes differ or a number is not finite
     */
    public static SimulationScore of(List<double[]> truth, List<double[]> simulated) {
        SimulationAccumulator sums = new SimulationAccumulator();
        Arguments.requireEqual("sequences", truth.size(), simulated.size());
        for (int i = 0; i < truth.size(); i++) {
            sums.add(truth.get(i), simulated.get(i));
        }
        return sums.score();
    }
}
