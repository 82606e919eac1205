package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.Standard;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.PAnnealingTraining;
import java.util.Map;

/** The loss of {@link PAnnealingTraining}, and how its exponent and coefficient change. */
public final class PAnnealingObjective implements Objective {
    private static final String NEXT = "next_sparsity_penalty";
    /** The names under which a step's log has its exponent and coefficient. */
    public static final String EXPONENT = "p";

    public static final String COEFFICIENT = "sparsity_coefficient";

    private final PAnnealingTraining method;
    private final NDArray progress; // float64 [3]: changes so far, coefficient, batches remembered
    private final NDArray queue; // float64 [queue, 2]: the newest last, the penalty with this p and with the next
    private RectifiedLoss loss; // of this step

    PAnnealingObjective(NDManager manager, PAnnealingTraining method) {
        this.method = method;
        this.progress = Scope.detached(() -> manager.create(new double[] {0, method.coefficient(), 0}));
        this.queue = Scope.detached(() -> manager.create(new double[2 * method.queue()], new Shape(method.queue(), 2)));
    }

    @Override
    public Selector selector(DictionaryParameters p, ScheduleStep moment) {
        loss = new RectifiedLoss(p, false);
        return new ThresholdSelector(null);
    }

    @Override
    public void add(BatchSlice rows, CodeSpace space, NDArray pre, StepAccumulator sums, ScheduleStep moment) {
        double[] now = progress.toDoubleArray();
        loss.add(rows, space, pre, sums, penalty((int) now[0]), now[1] * moment.sparsity());
        if (now[0] > 0) {
            NDArray codes = pre; // rectified by now
            NDArray sum = penalty((int) now[0] + 1).of(space, codes).sum();
            sums.log(NEXT, sum.div((float) sums.batch()));
        }
    }

    /** The penalty after a number of changes. */
    private LpPenalty penalty(int changes) {
        int last = method.updates() - 1;
        double passed = (double) Math.min(Math.max(changes - 1, 0), last) / last;
        return new LpPenalty(method.pStart() + (method.pEnd() - method.pStart()) * passed, method.root());
    }

    @Override
    public void finish(BatchSlice batch, NDArray dead, StepAccumulator sums, ScheduleStep moment) {
        loss.finish(sums);
        double[] now = progress.toDoubleArray();
        NDManager manager = sums.fired().getManager();
        sums.log(EXPONENT, manager.create(penalty((int) now[0]).p()));
        sums.log(COEFFICIENT, manager.create(now[1]));
        if (now[0] > 0) {
            remember(now, sums);
        }
        if (now[0] < method.updates() && moment.step() >= changesAt((int) now[0], moment.steps())) {
            change(now);
        }
        Aten.copy_(progress, manager.create(now));
    }

    private void remember(double[] now, StepAccumulator sums) {
        double[] all = queue.toDoubleArray();
        System.arraycopy(all, 2, all, 0, all.length - 2);
        all[all.length - 2] = sums.logged(LossNames.PENALTY).getFloat();
        all[all.length - 1] = sums.logged(NEXT).getFloat();
        Aten.copy_(queue, sums.fired().getManager().create(all, queue.getShape()));
        now[2] = Math.min(now[2] + 1, method.queue());
    }

    /** The step of a change, counted from 0. */
    private long changesAt(int change, long steps) {
        long first = Math.round(method.from() * steps);
        long last = Math.round(method.to() * steps);
        return first + (last - first) * change / (method.updates() - 1);
    }

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
    public Trained trained(DictionaryParameters p, double scale) {
        return Trained.of(new Standard());
    }

    @Override
    public void close() {
        progress.close();
        queue.close();
    }
}
