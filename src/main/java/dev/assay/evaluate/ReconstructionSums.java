package dev.assay.evaluate;

import java.io.Serializable;

/**
 * The float64 sums of {@link ReconstructionStatistics} over some activations x [d] and their reconstructions x̂.
 *
 * @param tokens the number of activations
 * @param origin o, a vector near the mean of the activations, [d]; empty without activations
 * @param sum Σ(x − o), [d]
 * @param squares Σ‖x − o‖²
 * @param squaredError Σ‖x − x̂‖²
 * @param errorSum Σ(x − x̂), [d]
 * @param errorNorms Σ‖x − x̂‖
 * @param cosine the sum of the cosines of x and x̂
 * @param normRatios Σ‖x̂‖ / ‖x‖ over x ≠ 0
 * @param ratioTokens the number of x ≠ 0
 * @param reconstructionSquares Σ‖x̂‖²
 * @param products Σ⟨x, x̂⟩
 * @param distances ‖x − o‖² of each activation, or of the first ones
 */
public record ReconstructionSums(
        long tokens,
        double[] origin,
        double[] sum,
        double squares,
        double squaredError,
        double[] errorSum,
        double errorNorms,
        double cosine,
        double normRatios,
        long ratioTokens,
        double reconstructionSquares,
        double products,
        float[] distances)
        implements Serializable {}
