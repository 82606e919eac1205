package dev.assay.train.method;

import ai.djl.ndarray.NDArray;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.ScheduleStep;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.StepAccumulator;
import dev.assay.train.spi.StepLoss;
import dev.assay.train.spi.TrainedParameters;
import java.util.Map;
import java.util.OptionalDouble;

/** Loss of {@link BatchTopKTraining}, with the running threshold that replaces the batch selection after training. */
final class BatchTopKObjective implements Objective {
    private final BatchTopKTraining method;
    private final int batchSize;
    private final RunningThreshold threshold;

    BatchTopKObjective(BatchTopKTraining method, ObjectiveContext context) {
        this.method = method;
        this.batchSize = context.batchSize();
        this.threshold = new RunningThreshold(context.manager(), method.threshold());
    }

    @Override
    public StepLoss at(DictionaryParameters parameters, ScheduleStep step) {
        Selection selection = selection(parameters, step);
        return new Step(selection, new TopKObjective.RectifiedStep(selection.selector()));
    }

    Selection selection(DictionaryParameters parameters, ScheduleStep step) {
        double k = step.k(method.k());
        if (!method.rescaleByDecoderNorm()) {
            return new Selection(Selector.batchTopK(k, batchSize), null, step);
        }
        NDArray norms = parameters.decoderNorms();
        return new Selection(Selector.batchTopK(k, batchSize, norms), norms, step);
    }

    /** Selection of one step, with the update of the threshold. */
    final class Selection {
        private final Selector selector;
        private final NDArray norms; // [d_sae], or null if latents are ranked by pre-activation
        private final ScheduleStep step;

        Selection(Selector selector, NDArray norms, ScheduleStep step) {
            this.selector = selector;
            this.norms = norms;
            this.step = step;
        }

        Selector selector() {
            return selector;
        }

        /** Updates the threshold with the smallest selected activation of the batch, in units of the ranking. */
        void updateThreshold(CodeSpace space, NDArray codes, StepAccumulator sums) {
            NDArray ranks = norms == null ? codes : codes.mul(space.ofLatents(norms));
            OptionalDouble smallest = space.smallest(ranks);
            if (smallest.isPresent()) {
                threshold.update((float) smallest.getAsDouble(), step);
            }
            threshold.log(sums.losses());
        }
    }

    /** Squared error of one step. */
    private record Step(Selection selection, StepLoss loss) implements StepLoss {
        @Override
        public Selector selector() {
            return selection.selector();
        }

        @Override
        public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums) {
            loss.add(rows, space, pre, sums);
            selection.updateThreshold(space, pre, sums);
        }
    }

    @Override
    public Map<String, NDArray> state() {
        return threshold.state();
    }

    @Override
    public TrainedParameters trained(DictionaryParameters parameters, double scale) {
        return threshold.trained(parameters, method.rescaleByDecoderNorm(), scale);
    }

    @Override
    public void close() {
        threshold.close();
    }
}
