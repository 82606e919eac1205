package dev.assay.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.TopK;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/** A dictionary in the making: parameters, moments, counters; it knows how to take one step. */
final class TrainingState implements AutoCloseable {
    private final TrainingPlan plan;
    private final DictionaryParameters parameters;
    private final DictionaryOptimizer optimizer;
    private final DeadLatents dead;
    private final Objective objective;
    private long step;

    /**
     * Starts a run.
     *
     * @param manager owns the arrays
     * @param plan what to do
     * @param initial the parameters to start from, owned by this state from now on
     */
    TrainingState(NDManager manager, TrainingPlan plan, DictionaryParameters initial) {
        this.plan = plan;
        this.parameters = initial;
        this.optimizer = new DictionaryOptimizer(manager, plan.optimizer(), initial);
        this.dead = new DeadLatents(manager, plan.dSae(), plan.dead());
        this.objective = objective(manager, plan, initial.dIn());
    }

    private static Objective objective(NDManager manager, TrainingPlan plan, int dIn) {
        // A sealed choice: a new architecture adds its line here and its class beside TopKObjective.
        TopK topK = (TopK) plan.architecture();
        Shape shape = new Shape(plan.batch(), dIn);
        return new TopKObjective(manager, topK, plan.centresInput(), plan.auxiliary(), shape, plan.dSae());
    }

    /**
     * Takes one step.
     *
     * @param x [batch, d_in]
     * @return what it cost
     */
    StepReport step(NDArray x) {
        try (Scope scope = Scope.open()) {
            if (step == 0 && plan.medianBias()) {
                Aten.copy_(parameters.decoderBias(), GeometricMedian.of(x));
            }
            Objective.Outcome outcome = objective.evaluate(parameters, x, dead);
            float[] losses = outcome.losses().toFloatArray();
            double loss = (double) losses[0] + losses[1];
            if (!Double.isFinite(loss)) {
                throw new NotFiniteException(step + 1);
            }
            double rate = plan.optimizer().rate(step, plan.steps());
            double norm = optimizer.step(outcome, rate);
            if (!Double.isFinite(norm)) {
                throw new NotFiniteException(step + 1);
            }
            step++;
            return new StepReport(step, loss, losses[0], losses[1], losses[2], norm, rate);
        }
    }

    /**
     * The numbers of a step.
     *
     * @param step counted from 1
     * @param loss what was differentiated
     * @param squaredError E‖x̂ − x‖², summed over dimensions
     * @param auxiliary the weighted auxiliary loss
     * @param l0 active latents a token
     * @param gradientNorm of all parameters, before clipping
     * @param learningRate of this step
     */
    record StepReport(
            long step,
            double loss,
            double squaredError,
            double auxiliary,
            double l0,
            double gradientNorm,
            double learningRate) {}

    /** A loss or a gradient that is not a finite number; the step was not taken. */
    static final class NotFiniteException extends ArithmeticException {
        private static final long serialVersionUID = 1L;
        private final long step;

        NotFiniteException(long step) {
            super("step " + step + " gave a loss or a gradient that is not a finite number");
            this.step = step;
        }

        /** Counted from 1. */
        long step() {
            return step;
        }
    }

    TrainingPlan plan() {
        return plan;
    }

    DictionaryParameters parameters() {
        return parameters;
    }

    DictionaryOptimizer optimizer() {
        return optimizer;
    }

    DeadLatents dead() {
        return dead;
    }

    long stepsTaken() {
        return step;
    }

    /** Continues after a number of steps; the caller has filled the arrays. */
    void restore(long steps, long windowTokens) {
        step = steps;
        optimizer.restore(steps);
        dead.restore(steps * plan.batch(), windowTokens);
    }

    @Override
    public void close() {
        objective.close();
        dead.close();
        optimizer.close();
        parameters.close();
    }
}
