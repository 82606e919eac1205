package dev.assay.train.internal.step;

import ai.djl.ndarray.NDManager;
import dev.assay.train.plan.BatchTopKTraining;
import dev.assay.train.plan.GatedTraining;
import dev.assay.train.plan.JumpReluTraining;
import dev.assay.train.plan.MatryoshkaTraining;
import dev.assay.train.plan.PAnnealingTraining;
import dev.assay.train.plan.StandardTraining;
import dev.assay.train.plan.TopKTraining;
import dev.assay.train.plan.TrainingMethod;

/** Makes the loss that a method stands for. */
final class Objectives {
    private Objectives() {}

    /**
     * Makes a loss.
     *
     * @param manager owns what it keeps from step to step
     * @param method what is trained
     * @param batch the rows of a step
     * @return the loss, to be closed
     */
    static Objective of(NDManager manager, TrainingMethod method, int batch) {
        if (method instanceof TopKTraining topK) {
            return new TopKObjective(manager, topK);
        }
        if (method instanceof BatchTopKTraining batchTopK) {
            return new BatchTopKObjective(manager, batchTopK, batch);
        }
        if (method instanceof MatryoshkaTraining matryoshka) {
            return new MatryoshkaObjective(manager, matryoshka, batch);
        }
        if (method instanceof StandardTraining standard) {
            return new StandardObjective(standard);
        }
        if (method instanceof PAnnealingTraining annealing) {
            return new PAnnealingObjective(manager, annealing);
        }
        if (method instanceof GatedTraining gated) {
            return new GatedObjective(gated);
        }
        return new JumpReluObjective((JumpReluTraining) method);
    }
}
