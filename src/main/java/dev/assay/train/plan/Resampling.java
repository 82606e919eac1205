package dev.assay.train.plan;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.StepSpan;
import java.util.ArrayList;
import java.util.List;

/**
 * Resamples dead latents during a run, as in Bricken et al., "Towards Monosemanticity" (2023), appendix on training:
 *
 * <ol>
 *   <li>The loss of each of N inputs is computed: its squared error {@code ‖x̂ − x‖²}, which every method has.
 *   <li>For each dead latent an input is drawn with probability ∝ loss². No input is drawn twice: latents with equal parameters would
 *       stay equal.
 *   <li>Its decoder row becomes that input, less the decoder bias where the input is centred, with norm 1; its encoder row the same with
 *       a fifth of the mean norm of the other latents' rows; its encoder bias 0; other parameters, such as a threshold, their initial value.
 *   <li>Adam's moments of all these entries are set to 0, and the latent counts as silent from now on.
 * </ol>
 *
 * <p>A tied dictionary's row takes the norm of the decoder; a transcoder's decoder row comes from the target. The inputs are drawn from
 * the pool of the shuffling buffer. Checkpoints hold the pool, so that a resumed run draws the same inputs.
 *
 * @param after the steps after which latents are resampled; empty for no resampling
 * @param inputs N, at most the rows of the pool; rounded down to whole batches
 * @param encoderScale the factor of the mean norm
 */
public record Resampling(List<StepSpan> after, int inputs, double encoderScale) {
    /** Checks the ranges. */
    public Resampling {
        after = List.copyOf(after);
        if (inputs < 1) {
            throw new InvalidInputException(
                    "the number of inputs of resampling is " + inputs + ", expected at least 1");
        }
        if (!(encoderScale > 0 && Double.isFinite(encoderScale))) {
            throw new InvalidInputException(
                    "resampled encoder rows have a scale of " + encoderScale + ", expected a positive number");
        }
    }

    /**
     * Returns no resampling.
     *
     * @return an empty list of steps
     */
    public static Resampling none() {
        return at();
    }

    /**
     * Returns the published procedure, which uses 819,200 inputs, after the given steps.
     *
     * @param moments after which steps, such as {@code StepSpan.steps(25_000)} or {@code StepSpan.share(0.25)}
     * @return the procedure
     */
    public static Resampling at(StepSpan... moments) {
        return new Resampling(List.of(moments), 819_200, 0.2);
    }

    /**
     * Returns the published procedure at regular intervals.
     *
     * @param steps between two resamplings
     * @param times the number of resamplings
     * @return the procedure; published are 25,000 and 4
     */
    public static Resampling every(long steps, int times) {
        List<StepSpan> moments = new ArrayList<>();
        for (int i = 1; i <= times; i++) {
            moments.add(StepSpan.steps(i * steps));
        }
        return at(moments.toArray(new StepSpan[0]));
    }

    /** Returns whether latents are resampled after this many steps. */
    public boolean isAfter(long taken, long steps) {
        return after.stream().anyMatch(moment -> Math.round(moment.of(steps)) == taken);
    }

    /** Throws {@link InvalidInputException} unless the steps are within the run. */
    public void check(long steps, int batch) {
        for (StepSpan moment : after) {
            long step = Math.round(moment.of(steps));
            if (step < 1 || step >= steps) {
                throw new InvalidInputException("latents are resampled after step " + step
                        + ", expected a step from 1 to " + (steps - 1) + ", one before the run's last");
            }
        }
        if (!after.isEmpty() && inputs < batch) {
            throw new InvalidInputException(
                    "the number of inputs of resampling is " + inputs + ", expected at least the batch size, " + batch);
        }
    }
}
