package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.collective.Exchange;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.StepAccumulator;

/** The sums of one step: gradients, losses, the reconstruction error of each row and firing counts. */
public final class StepSums implements StepAccumulator {
    private final DictionaryParameters parameters;
    private final int batchSize;
    private final Workspace workspace;
    private final StepGradients gradients;
    private final StepLosses losses = new StepLosses();
    private final NDArray errors; // [batch, d_out]
    private NDArray fireCounts; // [d_sae]; null before the first chunk

    StepSums(DictionaryParameters parameters, int batchSize, Workspace workspace) {
        this.parameters = parameters;
        this.batchSize = batchSize;
        this.workspace = workspace;
        this.gradients = new StepGradients(parameters, workspace);
        this.errors = reconstruction(Workspace.Use.ERROR);
    }

    /** Returns a workspace array with the shape of a reconstruction of the whole batch, [batch, d_out]. */
    NDArray reconstruction(Workspace.Use use) {
        return workspace.array(use, batchSize, parameters.dOut());
    }

    @Override
    public DictionaryParameters parameters() {
        return parameters;
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public StepGradients gradients() {
        return gradients;
    }

    @Override
    public StepLosses losses() {
        return losses;
    }

    @Override
    public NDArray error(BatchSlice rows) {
        return rows.of(errors);
    }

    /** Returns x̂ − target of the whole batch, [batch, d_out]. */
    NDArray error() {
        return errors;
    }

    @Override
    public NDArray encoderScratch() {
        return reconstruction(Workspace.Use.ENCODER_GRADIENT);
    }

    @Override
    public NDArray scratch() {
        return reconstruction(Workspace.Use.RECONSTRUCTION_GRADIENT);
    }

    @Override
    public void countActive(CodeSpace space, NDArray active) {
        NDArray counts = space.sumByLatent(active);
        fireCounts = fireCounts == null ? counts : StepGradients.added(fireCounts, counts);
    }

    @Override
    public void countAbove(CodeSpace space, NDArray values, double bound) {
        NDArray active = space.scratch(values);
        Aten.above(values, bound, active);
        countActive(space, active);
    }

    @Override
    public NDArray fireCounts() {
        return fireCounts;
    }

    /** Keeps all sums beyond the scope of a chunk. */
    void keep(Scope scope) {
        gradients.keep(scope);
        losses.keep(scope);
        if (fireCounts != null) {
            scope.keep(fireCounts);
        }
    }

    /** Returns the losses, which copies them from the device. */
    public LossValues values() {
        return values(SliceReduction.WHOLE);
    }

    /** Returns the losses, with L0 summed over the slices of the dictionary. */
    LossValues values(SliceReduction reduction) {
        return losses.values(Aten.div(reduction.sum(Exchange.L0, fireCounts.sum()), batchSize));
    }
}
