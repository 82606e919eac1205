package dev.assay.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/**
 * One step of one dictionary up to its gradients. The rows of the encoder's product come in pieces; where few places are selected they
 * are collected and treated at once, where many are, each piece is treated densely while it is at hand.
 *
 * <p>The product is taken of the activations as they are: centring is a matter of the bias,
 * {@code (x − b_dec) · W_encᵀ + b_enc = x · W_encᵀ + (b_enc − W_enc · b_dec)}, so that dictionaries that share their activations can
 * share one product.
 */
final class TrainingStep {
    private final DictionaryParameters p;
    private final Objective objective;
    private final Rows batch;
    private final Moment moment;
    private final boolean centresInput;
    private final Selector selector;
    private final StepSums sums;
    private Boolean dense; // null until the first rows have told
    private int taken;

    /**
     * Begins a step.
     *
     * @param p the dictionary
     * @param objective its loss
     * @param batch all rows
     * @param centresInput whether the decoder bias is subtracted from the input
     * @param moment of the step
     * @param dense whether the batch is treated densely, or null to find out what is faster
     */
    TrainingStep(
            DictionaryParameters p,
            Objective objective,
            Rows batch,
            boolean centresInput,
            Moment moment,
            Boolean dense) {
        this.p = p;
        this.objective = objective;
        this.batch = batch;
        this.moment = moment;
        this.dense = dense;
        this.centresInput = centresInput;
        this.selector = objective.selector(p, moment);
        this.sums = new StepSums(p, batch.size());
    }

    /** What is added to {@code x · W_encᵀ}: [d_sae]. */
    NDArray bias() {
        NDArray bias = p.encoderBias();
        if (centresInput) {
            bias = Aten.addmv(bias, p.encoder(), p.decoderBias(), -1);
        }
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
            sums.startPieces(batch.target());
        }
        int rows = (int) scores.getShape().get(0);
        if (dense) {
            int piece = DenseCodeSpace.pieceRows(p.dSae());
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
            objective.add(batch.slice(taken + first, taken + last), DenseCodeSpace.INSTANCE, pre, sums, moment);
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
        Entries entries = selector.finish();
        if (entries == null) {
            taken = 0;
            return false;
        }
        SparseCodeSpace space = new SparseCodeSpace(entries, batch.size(), p.dSae());
        objective.add(batch, space, entries.values(), sums, moment);
        return true;
    }

    /**
     * Adds what needs all rows.
     *
     * @param dead the latents that count as dead, or null
     * @param revival the losses on them
     * @return all sums
     */
    StepSums finish(NDArray dead, Revival revival) {
        objective.finish(batch, dead, sums, moment);
        if (dead != null) {
            revive(dead, revival);
        }
        if (centresInput) {
            // s depends on b_dec: ∂b_dec −= Σ_rows ∂(s · W_encᵀ) · W_enc.
            NDArray gradient = Aten.addmv(
                    sums.gradients().decoderBias().zerosLike(), p.encoder().transpose(), sums.productSum(), -1);
            sums.gradient(Parameter.DECODER_BIAS, gradient);
        }
        return sums;
    }

    private void revive(NDArray latents, Revival revival) {
        boolean auxiliary = revival.auxiliary().coefficient() > 0;
        boolean ghosts = revival.ghostCoefficient() > 0;
        if (!auxiliary && !ghosts) {
            return;
        }
        DeadDictionary dead = new DeadDictionary(p, latents);
        if (auxiliary) {
            new AuxiliaryGradient(revival.auxiliary(), p, dead, selector.ranksByNorm()).addTo(batch, sums);
        }
        if (ghosts) {
            GhostGradient.add(revival.ghostCoefficient(), batch, dead, sums);
        }
        dead.addTo(sums);
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
