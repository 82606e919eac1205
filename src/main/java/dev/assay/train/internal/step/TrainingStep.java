package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ChunkSizes;
import dev.assay.tensor.ProductPrecision;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.DeadLatentOptions;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.ScoreChunks;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.SparseEntries;
import dev.assay.train.spi.StepLoss;
import java.util.OptionalDouble;

/**
 * The forward pass and gradients of one step of one dictionary. With few selected entries, the entries of all chunks of the encoder product
 * are collected and their loss is computed once. With more, the loss of each piece of a chunk is computed before the next piece, so that the
 * memory of entries is bounded; with many, densely. {@link LayoutCost} decides.
 */
final class TrainingStep {
    /** How codes are represented. */
    enum Layout {
        /** The layout of {@link LayoutCost}. */
        AUTOMATIC,
        /** As a list of entries of the whole batch. */
        SPARSE,
        /** As a list of entries of one piece of the batch after the other. */
        SPARSE_PIECES,
        /** As a matrix. */
        DENSE
    }

    private final DictionaryParameters p;
    private final StepLoss loss;
    private final BatchSlice batch;
    private final Selector selector;
    private final Workspace workspace;
    private final DeadCandidatePreActivations candidates;
    private final SliceReduction reduction;
    private final ProductPrecision precision;
    private final StepSums sums;
    private final LayoutCost cost;

    /**
     * Prepares a step.
     *
     * @param p the dictionary
     * @param loss the loss of this step
     * @param batch the whole batch
     * @param workspace the large arrays of the step
     * @param candidates copies pre-activations for the losses on dead latents
     * @param reduction combines the sums over latents with those of the other slices of the dictionary
     * @param precision of the encoder's product in sparse steps
     */
    TrainingStep(
            DictionaryParameters p,
            StepLoss loss,
            BatchSlice batch,
            Workspace workspace,
            DeadCandidatePreActivations candidates,
            SliceReduction reduction,
            ProductPrecision precision) {
        this.p = p;
        this.loss = loss;
        this.batch = batch;
        this.selector = loss.selector();
        this.workspace = workspace;
        this.candidates = candidates;
        this.reduction = reduction;
        this.precision = precision;
        this.sums = new StepSums(p, batch.size(), workspace);
        this.cost = LayoutCost.of(p, batch, selector);
    }

    /**
     * Computes the losses of active latents and their gradients, without the gradients of {@link #finish}.
     *
     * @param fixed the layout of the codes
     * @return the layout that was used
     */
    Layout forward(Layout fixed) {
        NDArray bias = bias();
        EncoderMatmul matmul = new EncoderMatmul(workspace, batch.x(), p.encoder(), bias);
        Layout layout = fixed == Layout.AUTOMATIC ? layout(matmul) : fixed;
        switch (layout) {
            case DENSE -> {
                sums.gradients().startDense();
                forEachChunk(matmul, this::addDense);
            }
            case SPARSE_PIECES -> forEachChunk(matmul, this::addPieces);
            default -> {
                SparseEntries entries = select(matmul, bias);
                CodeSpace space = new SparseCodeSpace(entries, batch.size(), p.dSae(), reduction);
                loss.add(batch, space, entries.values(), sums);
            }
        }
        return layout;
    }

    private Layout layout(EncoderMatmul matmul) {
        NDArray first = precision == ProductPrecision.FLOAT32 ? matmul.firstChunk() : matmul.sample();
        OptionalDouble share = selector.activeShare(first);
        return share.isEmpty() ? Layout.SPARSE : cost.layout(share.getAsDouble());
    }

    /** Returns the bias of {@code x · W_encᵀ} minus the selector's bound, [d_sae]. */
    private NDArray bias() {
        return lessBound(batch.bias(p.encoder(), p.encoderBias()));
    }

    private NDArray lessBound(NDArray bias) {
        return selector.bound().map(bias::sub).orElse(bias);
    }

    private void forEachChunk(EncoderMatmul matmul, EncoderMatmul.Consumer consumer) {
        matmul.forEach((firstRow, scores) -> {
            candidates.copy(firstRow, scores);
            consumer.accept(firstRow, scores);
        });
    }

    private SparseEntries select(EncoderMatmul matmul, NDArray bias) {
        try (Scope scope = Scope.open()) {
            ScoreChunks scores = consumer -> forEachChunk(matmul, (firstRow, chunk) -> consumer.accept(chunk));
            if (precision != ProductPrecision.FLOAT32) {
                scores = new CandidateScores(
                        p,
                        batch,
                        new CandidateScores.Scores(scores, matmul, bias, lessBound(p.encoderBias())),
                        precision);
            }
            return reduction.select(selector, scores).keep(scope);
        }
    }

    private void addPieces(int firstRow, NDArray scores) {
        int rows = (int) scores.getShape().get(0);
        int piece = cost.pieceRows(selector.activeShare(scores).orElse(1));
        for (int first = 0; first < rows; first += piece) {
            int last = Math.min(rows, first + piece);
            try (Scope scope = Scope.open()) {
                NDArray part = scores.get(new NDIndex("{}:{}", first, last));
                SparseEntries entries = selector.select(consumer -> consumer.accept(part));
                CodeSpace space = new SparseCodeSpace(entries, last - first, p.dSae());
                loss.add(batch.slice(firstRow + first, firstRow + last), space, entries.values(), sums);
                sums.keep(scope);
            }
        }
    }

    private void addDense(int firstRow, NDArray scores) {
        int rows = (int) scores.getShape().get(0);
        int chunk = ChunkSizes.rows(scores, DenseCodeSpace.ROWS, p.dSae());
        CodeSpace space = new DenseCodeSpace(workspace);
        for (int first = 0; first < rows; first += chunk) {
            int last = Math.min(rows, first + chunk);
            try (Scope scope = Scope.open()) {
                NDArray pre = selector.dense(scores.get(new NDIndex("{}:{}", first, last)));
                loss.add(batch.slice(firstRow + first, firstRow + last), space, pre, sums);
                sums.keep(scope);
            }
        }
    }

    /** Returns the firing counts of the batch, from which dead latents are determined, [d_sae]. */
    NDArray fireCounts() {
        return loss.fireCounts(sums);
    }

    /** Returns the squared error ‖x̂ − target‖² of each row, [batch]. */
    NDArray squaredErrors() {
        return sums.error().square().sum(new int[] {1});
    }

    /**
     * Completes the gradients and adds the losses on dead latents.
     *
     * @param dead int64 [n_dead], the dead latents; may be empty
     * @param allDead the number of dead latents of all slices of the dictionary
     * @param options the losses on them
     * @return the gradients, losses and counts of the step
     */
    StepSums finish(NDArray dead, long allDead, DeadLatentOptions options) {
        loss.finish(batch, dead, sums);
        if (allDead > 0 && options.needsPreActivations()) {
            addDeadLosses(dead, (int) allDead, options);
        }
        if (batch.centre() != null) {
            sums.gradients().addCentre(batch.centre(), reduction);
        }
        return sums;
    }

    private void addDeadLosses(NDArray latents, int allDead, DeadLatentOptions options) {
        DeadSubDictionary dead = candidates
                .of(latents)
                .map(scores -> DeadSubDictionary.of(p, latents, batch, preActivations(scores, latents)))
                .orElseGet(() -> DeadSubDictionary.of(p, latents, batch));
        if (options.auxiliary().coefficient() > 0) {
            new AuxiliaryGradient(options.auxiliary(), p, dead, selector.ranksByNorm(), allDead, reduction)
                    .addTo(batch, sums);
        }
        if (options.ghostCoefficient() > 0) {
            GhostGradient.add(options.ghostCoefficient(), batch, dead, sums);
        }
        dead.addTo(sums.gradients());
    }

    /** Returns scores plus the selector's bound, [batch, n_dead]. */
    private NDArray preActivations(NDArray scores, NDArray latents) {
        return selector.bound()
                .map(bound -> scores.add(Aten.indexSelect(bound, 0, latents)))
                .orElse(scores);
    }
}
