package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.MatryoshkaTraining;
import java.util.Map;

/**
 * The loss of {@link MatryoshkaTraining}. A group is what a prefix adds to the one before. A code of group j is part of every
 * reconstruction from j on, so that its gradient, and that of its decoder row, are against
 * {@code G_j = Σ_{g ≥ j} 2 · weight_g · (x̂_g − x) / batch}. From the full width down, each group is taken out of the reconstruction
 * after {@code G_j} has grown by what the prefix up to it leaves over: two arrays of the size of the batch.
 */
public final class MatryoshkaObjective implements Objective {
    private final MatryoshkaTraining method;
    private final BatchTopKObjective selection;

    MatryoshkaObjective(NDManager manager, MatryoshkaTraining method, int batch) {
        this.method = method;
        this.selection = new BatchTopKObjective(manager, method.selection(), batch);
    }

    @Override
    public Selector selector(DictionaryParameters p, ScheduleStep moment) {
        return selection.selector(p, moment);
    }

    @Override
    public void add(BatchSlice rows, CodeSpace space, NDArray codes, StepAccumulator sums, ScheduleStep moment) {
        NDArray error = ReconstructionLoss.error(sums, rows, space, codes);
        NDArray codeGradient = codes.zerosLike();
        addGroups(rows, (SparseCodeSpace) space, codes, error, codeGradient, sums);
        sums.parallel(space, codes, codeGradient);
        sums.encoderProduct(space, rows, codeGradient);
        sums.activeWherePositive(space, codes);
        selection.follow(space, codes, sums, moment);
    }

    /**
     * Adds the losses and the gradients of the decoder.
     *
     * @param error [batch, d_out], x̂ − x of the full width
     * @param codeGradient filled
     */
    private void addGroups(
            BatchSlice rows,
            SparseCodeSpace space,
            NDArray codes,
            NDArray error,
            NDArray codeGradient,
            StepAccumulator sums) {
        DictionaryParameters p = sums.parameters();
        NDArray decoderGradient = sums.startMatrix(p.decoderParameter());
        try (Scope scope = Scope.open()) {
            // Both [batch, d_out]. The encoder's gradient comes later, so that its place is free until then.
            NDArray leftOver = sums.borrow(Workspace.Use.ENCODER_GRADIENT); // x̂_g − x
            NDArray gradient = sums.borrow(Workspace.Use.RECONSTRUCTION_GRADIENT); // G_g
            Aten.copy_(leftOver, error);
            Aten.copy_(gradient, error);
            int full = method.widths().size() - 1;
            Aten.mul_(gradient, factor(full, sums));
            for (int g = full; g >= 0; g--) {
                addLoss(leftOver, g, sums);
                if (g < full) {
                    Aten.add_(gradient, leftOver, factor(g, sums));
                }
                int first = g == 0 ? 0 : method.widths().get(g - 1);
                int last = method.widths().get(g);
                try (Scope ofGroup = Scope.open()) {
                    NDIndex latents = new NDIndex("{}:{}", first, last);
                    SparseCodeSpace.Part group = space.part(first, last);
                    NDArray table = p.decoder().get(latents);
                    NDArray own = Aten.indexSelect(codes, 0, group.positions());
                    NDArray ofCodes = group.space().codeGradient(table, gradient);
                    Aten.indexCopy_(codeGradient, 0, group.positions(), ofCodes);
                    group.space().byLatent(decoderGradient.get(latents), gradient, own);
                    if (g > 0) {
                        group.space().addDecoded(leftOver, table, own.neg());
                    }
                }
            }
            ReconstructionLoss.addAffineGradients(sums, rows, gradient, 1);
            sums.keep(scope);
        }
    }

    /** What a prefix's error counts with in the gradient of its reconstruction. */
    private double factor(int group, StepAccumulator sums) {
        return 2 * method.weights().get(group) / sums.batch();
    }

    private void addLoss(NDArray leftOver, int group, StepAccumulator sums) {
        NDArray squared = ReconstructionLoss.squares(leftOver).div((float) sums.batch());
        sums.loss(LossNames.MATRYOSHKA, squared.mul(method.weights().get(group).floatValue()));
        sums.log(errorName(method, group), squared);
    }

    /** The name under which the log has the error of a prefix. */
    public static String errorName(MatryoshkaTraining method, int group) {
        boolean full = group == method.widths().size() - 1;
        return full
                ? LossNames.SQUARED_ERROR
                : LossNames.INNER + method.widths().get(group);
    }

    @Override
    public void finish(BatchSlice batch, NDArray dead, StepAccumulator sums, ScheduleStep moment) {
        selection.finish(batch, dead, sums, moment);
    }

    @Override
    public Map<String, NDArray> state() {
        return selection.state();
    }

    @Override
    public Trained trained(DictionaryParameters p, double scale) {
        return selection.trained(p, scale);
    }

    @Override
    public void close() {
        selection.close();
    }
}
