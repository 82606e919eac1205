package dev.assay.train.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
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

/** Loss of {@link TopKTraining}. */
final class TopKObjective implements Objective {
    private static final String SMALLEST = "smallest_code";

    private final TopKTraining method;
    private final boolean rescaled;
    private final RunningThreshold threshold; // null unless the method has one

    TopKObjective(TopKTraining method, ObjectiveContext context) {
        this.method = method;
        this.rescaled = method.architecture().rescaleByDecoderNorm();
        this.threshold =
                method.threshold() == null ? null : new RunningThreshold(context.manager(), method.threshold());
    }

    @Override
    public StepLoss at(DictionaryParameters parameters, ScheduleStep step) {
        NDArray norms = rescaled ? parameters.decoderNorms() : null;
        int k = (int) step.k(method.architecture().k());
        Selector selector = rescaled ? Selector.topK(k, norms) : Selector.topK(k);
        if (threshold == null) {
            return new RectifiedStep(selector);
        }
        NDArray smallest = parameters.encoderBias().getManager().zeros(new Shape());
        return new ThresholdStep(selector, norms, step, smallest);
    }

    /** Squared error of rectified codes. */
    record RectifiedStep(Selector selector) implements StepLoss {
        @Override
        public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums) {
            Aten.relu_(pre);
            NDArray codes = pre;
            ReconstructionLoss reconstruction = ReconstructionLoss.of(sums, rows, space, codes);
            NDArray codeGradient = reconstruction.codeGradient();
            sums.losses().add(LossNames.SQUARED_ERROR, reconstruction.squaredError());
            reconstruction.addGradients(); // reads the gradient before it is masked
            Aten.keepWhereAbove_(codeGradient, codes, 0);
            sums.gradients().addPreActivations(space, rows, codeGradient);
            sums.countAbove(space, codes, 0);
        }
    }

    /** A {@link RectifiedStep} that also updates the threshold with the mean over rows of the smallest selected activation. */
    private final class ThresholdStep implements StepLoss {
        private final RectifiedStep loss;
        private final NDArray norms; // [d_sae], or null if latents are ranked by pre-activation
        private final ScheduleStep step;
        private final NDArray smallest; // scalar: the sum over slices

        ThresholdStep(Selector selector, NDArray norms, ScheduleStep step, NDArray smallest) {
            this.loss = new RectifiedStep(selector);
            this.norms = norms;
            this.step = step;
            this.smallest = smallest;
        }

        @Override
        public Selector selector() {
            return loss.selector();
        }

        @Override
        public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums) {
            loss.add(rows, space, pre, sums);
            NDArray codes = pre; // rectified in place
            NDArray ranks = norms == null ? codes : codes.mul(space.ofLatents(norms));
            // A sparse slice has k entries per row; in a dense one, entries that are not selected are 0.
            NDArray off = Aten.mul(ReconstructionLoss.indicator(Aten.atMost(ranks, 0)), Float.MAX_VALUE);
            NDArray rowMinima = ranks.add(off).reshape(rows.size(), -1).min(new int[] {1}); // [rows]
            NDArray mean = Aten.div(rowMinima.sum(), sums.batchSize());
            Aten.add_(smallest, mean, 1);
            sums.losses().log(SMALLEST, mean);
        }

        @Override
        public void finish(BatchSlice batch, NDArray dead, StepAccumulator sums) {
            StepLoss.super.finish(batch, dead, sums);
            threshold.update(smallest.getFloat(), step);
            threshold.log(sums.losses());
        }
    }

    @Override
    public Map<String, NDArray> state() {
        return threshold == null ? Map.of() : threshold.state();
    }

    @Override
    public TrainedParameters trained(DictionaryParameters parameters, double scale) {
        TrainedParameters trained = threshold == null
                ? TrainedParameters.of(method.architecture())
                : threshold.trained(parameters, rescaled, scale);
        return rescaled ? trained.foldingDecoderNorms() : trained;
    }

    @Override
    public void close() {
        if (threshold != null) {
            threshold.close();
        }
    }
}
