package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.DeadLatentOptions;

/**
 * One step of one dictionary up to its gradients. The rows of the encoder's product come in pieces; where few places are selected they
 * are collected and treated at once, where many are, each piece is treated densely while it is at hand.
 */
final class TrainingStep {
    private final DictionaryParameters p;
    private final Objective objective;
    private final BatchSlice batch;
    private final ScheduleStep moment;
    private final Selector selector;
    private final StepAccumulator sums;
    private final CodeSpace denseSpace;
    private final DeadCandidatePreActivations suspects; // null where none are taken note of
    private Boolean dense; // null until the first rows have told
    private int taken;

    /**
     * Begins a step.
     *
     * @param p the dictionary
     * @param objective its loss
     * @param batch all rows
     * @param moment of the step
     * @param dense whether the batch is treated densely, or null to find out what is faster
     * @param workspace for the large arrays of the step
     * @param suspects takes note of pre-activations that losses on dead latents need, or null
     */
    TrainingStep(
            DictionaryParameters p,
            Objective objective,
            BatchSlice batch,
            ScheduleStep moment,
            Boolean dense,
            Workspace workspace,
            DeadCandidatePreActivations suspects) {
        this.p = p;
        this.objective = objective;
        this.batch = batch;
        this.moment = moment;
        this.dense = dense;
        this.selector = objective.selector(p, moment);
        this.suspects = suspects;
        this.denseSpace = new DenseCodeSpace(workspace);
        this.sums = new StepAccumulator(p, batch.size(), workspace);
    }

    /** What is added to {@code x · W_encᵀ}: [d_sae]. */
    NDArray bias() {
        NDArray bias = batch.bias(p.encoder(), p.encoderBias());
        return selector.bound() == null ? bias : bias.sub(selector.bound());
    }

    /**
     * Takes the next rows.
     *
     * @param scores [rows, d_sae], {@code x · W_encᵀ + bias()}, overwritten
     */
    void take(NDArray scores) {
        if (dense == null) {
            dense = selector.isDense(scores);
        }
        if (dense && taken == 0) {
            sums.startPieces();
        }
        if (suspects != null) {
            suspects.take(scores);
        }
        int rows = (int) scores.getShape().get(0);
        if (dense) {
            int piece = ChunkSizes.rows(scores, DenseCodeSpace.ROWS, p.dSae());
            for (int first = 0; first < rows; first += piece) {
                addDense(scores, first, Math.min(rows, first + piece));
            }
        } else {
            selector.take(scores);
        }
        taken += rows;
    }

    private void addDense(NDArray scores, int first, int last) {
        try (Scope scope = Scope.open()) {
            NDArray pre = selector.dense(scores.get(new NDIndex("{}:{}", first, last)));
            objective.add(batch.slice(taken + first, taken + last), denseSpace, pre, sums, moment);
            sums.keep(scope);
        }
    }

    /**
     * Ends the taking of rows.
     *
     * @return false when all rows have to be taken once more
     */
    boolean complete() {
        if (dense) {
            return true;
        }
        SparseEntries entries = selected();
        if (entries == null) {
            taken = 0;
            if (suspects != null) {
                suspects.restart();
            }
            return false;
        }
        SparseCodeSpace space = new SparseCodeSpace(entries, batch.size(), p.dSae());
        objective.add(batch, space, entries.values(), sums, moment);
        return true;
    }

    /** What was selected of all rows, without what was collected on the way; null where the selector has to start anew. */
    private SparseEntries selected() {
        try (Scope scope = Scope.open()) {
            SparseEntries entries = selector.finish();
            return entries == null ? null : entries.keep(scope);
        }
    }

    /**
     * Adds what needs all rows.
     *
     * @param dead the latents that count as dead, or null
     * @param revival the losses on them
     * @return all sums
     */
    StepAccumulator finish(NDArray dead, DeadLatentOptions revival) {
        objective.finish(batch, dead, sums, moment);
        if (dead != null) {
            revive(dead, revival);
        }
        if (batch.centre() != null) {
            sums.centre(batch.centre());
        }
        return sums;
    }

    private void revive(NDArray latents, DeadLatentOptions revival) {
        if (!revival.needsPreActivations()) {
            return;
        }
        DeadSubDictionary dead = new DeadSubDictionary(p, latents, batch, deadScores(latents));
        if (revival.auxiliary().coefficient() > 0) {
            new AuxiliaryGradient(revival.auxiliary(), p, dead, selector.ranksByNorm()).addTo(batch, sums);
        }
        if (revival.ghostCoefficient() > 0) {
            GhostGradient.add(revival.ghostCoefficient(), batch, dead, sums);
        }
        dead.addTo(sums);
    }

    /** Pre-activations of dead latents, if they were taken note of: [batch, n_dead], else null. */
    private NDArray deadScores(NDArray latents) {
        if (suspects == null) {
            return null;
        }
        NDArray scores = suspects.of(latents);
        NDArray bound = selector.bound();
        return bound == null ? scores : scores.add(Aten.indexSelect(bound, 0, latents));
    }

    /** What is left over of each row, squared: ‖x̂ − target‖² [batch]. */
    NDArray squaredErrors() {
        return sums.error().square().sum(new int[] {1});
    }

    /** How often each latent fired in the batch: [d_sae]. */
    NDArray fired() {
        return objective.fired(sums);
    }
}
