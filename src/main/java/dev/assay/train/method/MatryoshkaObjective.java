package dev.assay.train.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.ReconstructionLoss;
import dev.assay.train.spi.ScheduleStep;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.StepAccumulator;
import dev.assay.train.spi.StepLoss;
import dev.assay.train.spi.TrainedParameters;
import java.util.Map;

/**
 * Loss of {@link MatryoshkaTraining}. Group g consists of the latents in prefix g but not in prefix g − 1. A code of group j contributes to
 * all reconstructions x̂_g with g ≥ j, so that the gradients of the code and its decoder row depend on {@code G_j = Σ_{g ≥ j} 2 · weight_g
 * · (x̂_g − x) / batch}. The groups are processed from the full width down: the error of prefix j is added to {@code G_j}, then the
 * contribution of group j is subtracted from the reconstruction. Two arrays [batch, d_out] are therefore sufficient for any number of
 * prefixes.
 */
final class MatryoshkaObjective implements Objective {
    private final MatryoshkaTraining method;
    private final BatchTopKObjective batchTopK;

    MatryoshkaObjective(MatryoshkaTraining method, ObjectiveContext context) {
        this.method = method;
        this.batchTopK = new BatchTopKObjective(method.selection(), context);
    }

    @Override
    public StepLoss at(DictionaryParameters parameters, ScheduleStep step) {
        return new Step(batchTopK.selection(parameters, step), method);
    }

    /** Squared errors of all prefixes in one step. */
    private record Step(BatchTopKObjective.Selection selection, MatryoshkaTraining method) implements StepLoss {
        @Override
        public Selector selector() {
            return selection.selector();
        }

        /** {@inheritDoc} Selected pre-activations are positive and therefore equal the codes. */
        @Override
        public void add(BatchSlice rows, CodeSpace space, NDArray codes, StepAccumulator sums) {
            NDArray error = ReconstructionLoss.error(sums, rows, space, codes);
            NDArray codeGradient = codes.zerosLike();
            addGroups(rows, space, codes, error, codeGradient, sums);
            sums.gradients().addDecoderDot(space, codes, codeGradient);
            sums.gradients().addPreActivations(space, rows, codeGradient);
            sums.countAbove(space, codes, 0);
            selection.updateThreshold(space, codes, sums);
        }

        /**
         * Adds the losses and decoder gradients, and computes the gradients of codes.
         *
         * @param error [batch, d_out], x̂ − x of the full width
         * @param codeGradient written
         */
        private void addGroups(
                BatchSlice rows,
                CodeSpace space,
                NDArray codes,
                NDArray error,
                NDArray codeGradient,
                StepAccumulator sums) {
            DictionaryParameters p = sums.parameters();
            NDArray decoderGradient = sums.gradients().start(p.decoderParameter());
            NDArray prefixError = sums.encoderScratch(); // x̂_g − x: [batch, d_out]
            NDArray gradient = sums.scratch(); // G_g: [batch, d_out]
            Aten.copy_(prefixError, error);
            Aten.copy_(gradient, error);
            int full = method.widths().size() - 1;
            Aten.mul_(gradient, factor(full, sums));
            for (int g = full; g >= 0; g--) {
                addLoss(prefixError, g, sums);
                if (g < full) {
                    Aten.add_(gradient, prefixError, factor(g, sums));
                }
                int first = g == 0 ? 0 : method.widths().get(g - 1);
                int last = method.widths().get(g);
                try (Scope scope = Scope.open()) {
                    NDIndex latents = new NDIndex("{}:{}", first, last);
                    CodeSpace.Part group = space.part(first, last);
                    NDArray table = p.decoder().get(latents);
                    NDArray groupCodes = group.select(codes);
                    group.assign(codeGradient, group.space().codeGradient(table, gradient));
                    group.space().byLatent(decoderGradient.get(latents), gradient, groupCodes);
                    if (g > 0) {
                        group.space().addDecoded(prefixError, table, groupCodes.neg());
                    }
                }
            }
            ReconstructionLoss.addAffineGradients(sums, rows, gradient, 1);
        }

        /** Returns the ratio of the gradient with respect to x̂_g to the error of the prefix. */
        private double factor(int group, StepAccumulator sums) {
            return 2 * method.weights().get(group) / sums.batchSize();
        }

        private void addLoss(NDArray prefixError, int group, StepAccumulator sums) {
            NDArray squared = Aten.div(ReconstructionLoss.sumOfSquares(prefixError), sums.batchSize());
            sums.losses()
                    .add(
                            LossNames.MATRYOSHKA,
                            Aten.mul(squared, method.weights().get(group).floatValue()));
            sums.losses().log(method.errorName(group), squared);
        }
    }

    @Override
    public Map<String, NDArray> state() {
        return batchTopK.state();
    }

    @Override
    public TrainedParameters trained(DictionaryParameters parameters, double scale) {
        return batchTopK.trained(parameters, scale);
    }

    @Override
    public void close() {
        batchTopK.close();
    }
}
