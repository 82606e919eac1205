package dev.assay.train.spi;

import dev.assay.InvalidInputException;

/**
 * How parameters follow their gradients.
 *
 * @param learningRate the peak learning rate of Adam
 * @param schedule how the rate rises to the peak and falls
 * @param beta1 Adam's decay of the first moment
 * @param beta2 Adam's decay of the second moment
 * @param clipNorm the largest norm of all gradients together; 0 for no clipping
 * @param decoder what decoder rows are kept to
 * @param averageDecay β of the average of the weights over the steps, {@code a ← β · a + (1 − β) · w}, divided by
 *     {@code 1 − β^steps} as Adam does; the trained dictionary has the averaged weights. 0 for none: the last weights. It costs
 *     the memory of the parameters once more
 */
public record OptimizerOptions(
        double learningRate,
        RateSchedule schedule,
        double beta1,
        double beta2,
        double clipNorm,
        DecoderConstraint decoder,
        double averageDecay) {
    /** The number of steps from which the default learning rate no longer depends on the length of the run. */
    public static final long LONG_RUN = 400;

    /** The highest default learning rate. */
    public static final double HIGHEST_RATE = 0.03;

    /** Checks the ranges. */
    public OptimizerOptions {
        InvalidInputException.require(
                learningRate > 0 && Double.isFinite(learningRate), "learning rate", learningRate, "a positive number");
        InvalidInputException.require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 ≤ beta1 < 1");
        InvalidInputException.require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 ≤ beta2 < 1");
        InvalidInputException.require(clipNorm >= 0, "clip norm", clipNorm, "0 or more");
        InvalidInputException.require(
                averageDecay >= 0 && averageDecay < 1, "average's decay", averageDecay, "0 ≤ decay < 1");
    }

    /**
     * Lists the options that most runs choose among.
     *
     * @param learningRate the peak learning rate of Adam
     * @param beta1 Adam's decay of the first moment
     * @param beta2 Adam's decay of the second moment
     * @param warmUp the share of all steps over which the rate rises linearly from 0
     * @param decay the share of all steps, at the end, over which it falls linearly to 0
     * @param clipNorm the largest norm of all gradients together; 0 for no clipping
     * @param unitNormDecoder whether decoder rows are kept at norm 1, and the part of their gradient along them removed
     */
    public OptimizerOptions(
            double learningRate,
            double beta1,
            double beta2,
            double warmUp,
            double decay,
            double clipNorm,
            boolean unitNormDecoder) {
        this(
                learningRate,
                RateSchedule.linear(share("warm-up", warmUp), share("decay", decay)),
                beta1,
                beta2,
                clipNorm,
                unitNormDecoder ? DecoderConstraint.UNIT_NORM_TANGENT : DecoderConstraint.FREE,
                0);
    }

    private static StepSpan share(String name, double share) {
        InvalidInputException.require(share >= 0 && share <= 1, name, share, "a share between 0 and 1");
        return StepSpan.share(share);
    }

    /**
     * Returns the default: Adam with betas 0.9 and 0.999, 1 % warm-up, linear decay over the last 70 %, clipping at 1, decoder
     * rows of unit norm with the part of their gradient along them removed, no average.
     *
     * @param learningRate the peak learning rate
     * @return the options
     */
    public static OptimizerOptions of(double learningRate) {
        return new OptimizerOptions(learningRate, 0.9, 0.999, 0.01, 0.7, 1, true);
    }

    /**
     * Returns these options with another peak rate.
     *
     * @param rate positive
     * @return the options
     */
    public OptimizerOptions learningRate(double rate) {
        return new OptimizerOptions(rate, schedule, beta1, beta2, clipNorm, decoder, averageDecay);
    }

    /**
     * Returns these options with another schedule of the rate.
     *
     * @param other the schedule
     * @return the options
     */
    public OptimizerOptions schedule(RateSchedule other) {
        return new OptimizerOptions(learningRate, other, beta1, beta2, clipNorm, decoder, averageDecay);
    }

    /**
     * Returns these options with other decays of Adam's moments.
     *
     * @param first of the first moment
     * @param second of the second moment
     * @return the options
     */
    public OptimizerOptions betas(double first, double second) {
        return new OptimizerOptions(learningRate, schedule, first, second, clipNorm, decoder, averageDecay);
    }

    /**
     * Returns these options with another bound of the gradients.
     *
     * @param norm the largest norm of all gradients together; 0 for no clipping
     * @return the options
     */
    public OptimizerOptions clipNorm(double norm) {
        return new OptimizerOptions(learningRate, schedule, beta1, beta2, norm, decoder, averageDecay);
    }

    /**
     * Returns these options with another constraint.
     *
     * @param constraint what decoder rows are kept to
     * @return the options
     */
    public OptimizerOptions decoder(DecoderConstraint constraint) {
        return new OptimizerOptions(learningRate, schedule, beta1, beta2, clipNorm, constraint, averageDecay);
    }

    /**
     * Returns these options with an average of the weights.
     *
     * @param decay of the average, such as 0.999; 0 for none
     * @return the options
     */
    public OptimizerOptions averageDecay(double decay) {
        return new OptimizerOptions(learningRate, schedule, beta1, beta2, clipNorm, decoder, decay);
    }

    /**
     * Returns the default learning rate of runs of {@value #LONG_RUN} steps and more. It falls with the root of the number of latents
     * (arXiv 2406.04093, section 2.4 and appendix A.3).
     *
     * @param latents d_sae
     * @return 0.0056 at 1,024 latents; at most {@value #HIGHEST_RATE}
     */
    public static double rateFor(int latents) {
        return rateFor(latents, 1);
    }

    /**
     * Returns a multiple of {@link #rateFor(int)}, for methods that learn best at other rates.
     *
     * @param latents d_sae
     * @param factor above 0
     * @return at most {@value #HIGHEST_RATE}
     */
    public static double rateFor(int latents, double factor) {
        return Math.min(HIGHEST_RATE, factor * 5.6e-3 / Math.sqrt(Math.max(latents, 1) / 1024.0));
    }

    /**
     * Returns the default for decoder rows whose norms are free.
     *
     * @param latents d_sae
     * @param factor of the learning rate, see {@link #rateFor(int, double)}
     * @return the options
     */
    public static OptimizerOptions withFreeNorms(int latents, double factor) {
        return of(rateFor(latents, factor)).decoder(DecoderConstraint.FREE);
    }

    /**
     * Returns the options for a run of another length. Shorter runs need higher rates, by the root of the ratio of the steps: Adam moves
     * a direction by at most its rate per step, whatever the batch size.
     *
     * @param steps of the run
     * @return these options if the run has {@value #LONG_RUN} steps or more; else with a higher rate, up to {@value #HIGHEST_RATE}
     */
    public OptimizerOptions forSteps(long steps) {
        double higher = learningRate * Math.sqrt(Math.max(1, LONG_RUN / (double) Math.max(steps, 1)));
        return learningRate(Math.max(learningRate, Math.min(HIGHEST_RATE, higher)));
    }

    /**
     * Returns the learning rate of a step.
     *
     * @param step from 0
     * @param steps of the whole run
     * @return the rate
     */
    public double rate(long step, long steps) {
        return learningRate * schedule.factor(step, steps);
    }
}
