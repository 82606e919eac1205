package dev.assay.feature;

import ai.djl.ndarray.types.Shape;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.Norm;

/** Float64 oracle of the final norm, unembedding, softcap and loss. */
public final class Float64Logits {
    private final boolean centred;
    private final double eps;
    private final double cap;
    private final float[] weight;
    private final float[] bias;
    private final float[] unembedding;
    private final int width;

    public Float64Logits(HookedTransformer model) {
        centred = model.config().norm() instanceof Norm.LayerNorm;
        eps = model.config().norm().eps();
        cap = model.config().embedding().softCap();
        width = model.config().dModel();
        weight = model.finalNormWeight().toFloatArray();
        // The norm of zeros is its bias.
        bias = model.finalNorm(model.manager().zeros(new Shape(1, width))).toFloatArray();
        unembedding = model.unembedding().toFloatArray();
    }

    /** Returns −log softmax of the logits of a residual stream [d] at a token. */
    public double loss(double[] residual, int target) {
        double mean = 0;
        for (double x : residual) {
            mean += centred ? x / width : 0;
        }
        double square = 0;
        for (double x : residual) {
            square += (x - mean) * (x - mean) / width;
        }
        double[] logits = new double[unembedding.length / width];
        double largest = Double.NEGATIVE_INFINITY;
        for (int token = 0; token < logits.length; token++) {
            for (int i = 0; i < width; i++) {
                double normalized = (residual[i] - mean) / Math.sqrt(square + eps) * weight[i] + bias[i];
                logits[token] += normalized * unembedding[token * width + i];
            }
            logits[token] = cap > 0 ? cap * Math.tanh(logits[token] / cap) : logits[token];
            largest = Math.max(largest, logits[token]);
        }
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return Math.log(sum) + largest - logits[target];
    }
}
