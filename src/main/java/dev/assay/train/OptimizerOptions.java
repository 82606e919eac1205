package dev.assay.train;

import dev.assay.InvalidInputException;

/**
 * How parameters follow their gradients.
 *
 * @param learningRate the peak learning rate of Adam
 * @param beta1 Adam's decay of the first moment
 * @param beta2 Adam's decay of the second moment
 * @param warmUp the share of all steps over which the rate rises linearly from 0
 * @param decay the share of all steps, at the end, over which it falls linearly to 0
 * @param clipNorm the largest norm of all gradients together; 0 for no clipping
 * @param unitNormDecoder whether decoder rows are kept at norm 1, and the part of their gradient along them removed
 */
public record OptimizerOptions(
        double learningRate,
        double beta1,
        double beta2,
        double warmUp,
        double decay,
        double clipNorm,
        boolean unitNormDecoder) {

    /** Checks the ranges. */
    public OptimizerOptions {
        require(learningRate > 0 && Double.isFinite(learningRate), "learning rate", learningRate, "a positive number");
        require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 ≤ beta1 < 1");
        require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 ≤ beta2 < 1");
        require(warmUp >= 0 && warmUp <= 1, "warm-up", warmUp, "a share between 0 and 1");
        require(decay >= 0 && decay <= 1, "decay", decay, "a share between 0 and 1");
        require(clipNorm >= 0, "clip norm", clipNorm, "0 or more");
    }

    private static void require(boolean holds, String name, double found, String expected) {
        if (!holds) {
            throw new InvalidInputException(name + " is " + found + ", expected " + expected);
        }
    }

    /**
     * Returns the default: Adam with betas 0.9 and 0.999, 5 % warm-up, linear decay over the last fifth, clipping at 1, decoder
     * rows of unit norm.
     *
     * @param learningRate the peak learning rate
     * @return the options
     */
    public static OptimizerOptions of(double learningRate) {
        return new OptimizerOptions(learningRate, 0.9, 0.999, 0.05, 0.2, 1, true);
    }

    /**
     * Returns the learning rate of a step.
     *
     * @param step from 0
     * @param steps of the whole run
     * @return the rate
     */
    public double rate(long step, long steps) {
        double rising = warmUp == 0 ? 1 : (step + 1) / (warmUp * steps);
        double falling = decay == 0 ? 1 : (steps - step) / (decay * steps);
        return learningRate * Math.min(1, Math.min(rising, falling));
    }
}
