package dev.assay.verify;

import dev.assay.io.JsonObject;
import dev.assay.train.internal.run.StoredTensors;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.plan.TrainingPlan;
import java.util.Map;

/** A trainer of another library, as its recorded runs show it: its options, the names of its arrays and losses. */
interface RecordedTrainer {
    /** The class in {@code case.json}. */
    String className();

    /** The class and where it is from. */
    String describe();

    /** The arrays in the files of weights. */
    StoredTensors tensors();

    /**
     * Returns the plan that repeats a run.
     *
     * @param run as {@code case.json} describes it
     * @param steps that were recorded
     * @return the plan; it may be of more steps, where the trainer counted on more
     */
    TrainingPlan plan(JsonObject run, long steps);

    /**
     * Returns what this trainer would have logged of a step.
     *
     * @param report what the step gave
     * @param plan of the run
     * @return numbers by the trainer's names
     */
    Map<String, Double> logged(TrainingState.StepReport report, TrainingPlan plan);

    /** A number of a step, 0 where the step had no such loss. */
    static double number(TrainingState.StepReport report, String name) {
        Double found = report.losses().get(name);
        return found == null ? 0 : found;
    }

    /** The factor of the sparsity's coefficient at a step. */
    static double sparsity(TrainingState.StepReport report, TrainingPlan plan) {
        return plan.sparsity().at(report.step() - 1, plan.steps()).sparsity();
    }
}
