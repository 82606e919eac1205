package dev.assay.train.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.Standard;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.ScheduleStep;
import dev.assay.train.spi.Selector;
import dev.assay.train.spi.StepAccumulator;
import dev.assay.train.spi.StepLoss;
import dev.assay.train.spi.TrainedParameters;
import java.util.Map;

/** Loss of {@link PAnnealingTraining}, with the schedule of its exponent and coefficient. */
final class PAnnealingObjective implements Objective {
    private static final String NEXT = "next_sparsity_penalty";

    private final PAnnealingTraining method;
    private final NDArray progress; // float64 [3]: changes so far, coefficient, length of the queue
    private final NDArray
            queue; // float64 [queue, 2], newest last: the penalty with the current exponent and with the next

    PAnnealingObjective(PAnnealingTraining method, ObjectiveContext context) {
        NDManager manager = context.manager();
        this.method = method;
        this.progress = Scope.detached(() -> manager.create(new double[] {0, method.coefficient(), 0}));
        this.queue = Scope.detached(() -> manager.create(new double[2 * method.queue()], new Shape(method.queue(), 2)));
    }

    @Override
    public StepLoss at(DictionaryParameters parameters, ScheduleStep step) {
        double[] now = progress.toDoubleArray();
        LpPenalty penalty = penalty((int) now[0]);
        RectifiedLoss loss = new RectifiedLoss(parameters, penalty, now[1] * step.sparsity(), false);
        return new Step(loss, step, now, penalty, parameters.encoderBias().getManager());
    }

    /** Loss of one step, with the update of the schedule. */
    private final class Step implements StepLoss {
        private final RectifiedLoss loss;
        private final ScheduleStep step;
        private final double[] now; // as progress
        private final LpPenalty penalty;
        private final NDManager manager;
        private final NDArray nextPenalty; // scalar: the mean penalty of a row with the next exponent

        Step(RectifiedLoss loss, ScheduleStep step, double[] now, LpPenalty penalty, NDManager manager) {
            this.loss = loss;
            this.step = step;
            this.now = now;
            this.penalty = penalty;
            this.manager = manager;
            this.nextPenalty = manager.zeros(new Shape());
        }

        @Override
        public Selector selector() {
            return loss.selector();
        }

        @Override
        public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums) {
            loss.add(rows, space, pre, sums);
            if (now[0] > 0) {
                NDArray codes = pre; // rectified in place
                NDArray sum = penalty((int) now[0] + 1).of(space, codes).sum();
                NDArray mean = Aten.div(sum, sums.batchSize());
                Aten.add_(nextPenalty, mean, 1);
                sums.losses().log(NEXT, mean);
            }
        }

        @Override
        public void finish(BatchSlice batch, NDArray dead, StepAccumulator sums) {
            loss.finish(batch, dead, sums);
            sums.losses()
                    .log(LossNames.EXPONENT, Aten.doubles(manager, penalty.p()).reshape(new Shape()));
            sums.losses()
                    .log(LossNames.COEFFICIENT, Aten.doubles(manager, now[1]).reshape(new Shape()));
            if (now[0] > 0) {
                enqueue(now, loss.meanPenalty().getFloat(), nextPenalty.getFloat());
            }
            if (now[0] < method.updates() && step.step() >= stepOfChange((int) now[0], step.steps())) {
                change(now);
            }
            Aten.copy_(progress, Aten.doubles(manager, now));
        }
    }

    /** Returns the penalty after a number of exponent changes. */
    private LpPenalty penalty(int changes) {
        int last = method.updates() - 1;
        double passed = (double) Math.min(Math.max(changes - 1, 0), last) / last;
        return new LpPenalty(method.pStart() + (method.pEnd() - method.pStart()) * passed, method.root());
    }

    private void enqueue(double[] now, float current, float next) {
        double[] all = queue.toDoubleArray();
        System.arraycopy(all, 2, all, 0, all.length - 2);
        all[all.length - 2] = current;
        all[all.length - 1] = next;
        Aten.copy_(queue, Aten.doubles(queue.getManager(), all).reshape(queue.getShape()));
        now[2] = Math.min(now[2] + 1, method.queue());
    }

    /** Returns the step of an exponent change, counted from 0. */
    private long stepOfChange(int change, long steps) {
        long first = Math.round(method.from() * steps);
        long last = Math.round(method.to() * steps);
        return first + (last - first) * change / (method.updates() - 1);
    }

    /** Advances to the next exponent and rescales the coefficient so that the sum of the queued penalties is unchanged. */
    private void change(double[] now) {
        double[] all = queue.toDoubleArray();
        double before = 0;
        double after = 0;
        for (int i = all.length - 2 * (int) now[2]; i < all.length; i += 2) {
            before += all[i];
            after += all[i + 1];
        }
        if (after > 0) {
            now[1] *= before / after;
        }
        now[0]++;
    }

    @Override
    public Map<String, NDArray> state() {
        return Map.of("progress", progress, "queue", queue);
    }

    @Override
    public TrainedParameters trained(DictionaryParameters parameters, double scale) {
        return TrainedParameters.of(new Standard());
    }

    @Override
    public void close() {
        progress.close();
        queue.close();
    }
}
