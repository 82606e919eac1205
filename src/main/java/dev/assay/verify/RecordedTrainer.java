package dev.assay.verify;

import dev.assay.io.JsonObject;
import dev.assay.train.internal.run.StoredTensors;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.plan.TrainingPlan;
import java.util.Map;

/** A trainer of another library whose runs were recorded: its options, and the names of its arrays and losses. */
interface RecordedTrainer {
    /** Returns the class name in {@code case.json}. */
    String className();

    /** Returns the class name with its library. */
    String describe();

    /** Returns the names of arrays in files of weights. */
    StoredTensors tensors();

    /**
     * Creates the plan that reproduces a run.
     *
     * @param run the contents of {@code case.json}
     * @param steps the number of recorded steps
     * @return the plan; its number of steps can be larger if the trainer was configured for more
     */
    TrainingPlan plan(JsonObject run, long steps);

    /**
     * Computes the values that this trainer logs for a step.
     *
     * @param report the result of the step
     * @param plan the plan of the run
     * @return values by the trainer's names
     */
    Map<String, Double> logged(TrainingState.StepReport report, TrainingPlan plan);

    /** Returns a value of a step, 0 if the step had no such loss. */
    static double number(TrainingState.StepReport report, String name) {
        Double found = report.losses().get(name);
        return found == null ? 0 : found;
    }

    /** Returns the factor of the sparsity coefficient at a step. */
    static double sparsity(TrainingState.StepReport report, TrainingPlan plan) {
        return plan.sparsity().at(report.step() - 1, plan.steps()).sparsity();
    }
}
