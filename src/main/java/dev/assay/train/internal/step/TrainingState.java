package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.Parameter;
import dev.assay.train.plan.TrainingPlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/** A dictionary in the making: parameters, moments, counters; it knows how to take one step. */
public final class TrainingState implements AutoCloseable {
    private static final long SPARSITY_WINDOW = 1_000_000;

    private final TrainingPlan plan;
    private final DictionaryParameters parameters;
    private final DictionaryOptimizer optimizer;
    private final DeadLatents dead;
    private final Objective objective;
    private final Workspace workspace;
    private final boolean sharesWorkspace;
    private Boolean dense; // null for whichever is faster
    private long step;

    /**
     * Starts a run.
     *
     * @param manager owns the arrays
     * @param plan what to do
     * @param initial the parameters to start from, owned by this state from now on
     */
    public TrainingState(NDManager manager, TrainingPlan plan, DictionaryParameters initial) {
        this(manager, plan, initial, new Workspace(manager), false);
    }

    /**
     * Starts a run that takes turns with others.
     *
     * @param manager owns the arrays
     * @param plan what to do
     * @param initial the parameters to start from, owned by this state from now on
     * @param shared used in turn; stays the caller's to close
     */
    public TrainingState(NDManager manager, TrainingPlan plan, DictionaryParameters initial, Workspace shared) {
        this(manager, plan, initial, shared, true);
    }

    private TrainingState(
            NDManager manager,
            TrainingPlan plan,
            DictionaryParameters initial,
            Workspace workspace,
            boolean sharesWorkspace) {
        this.plan = plan;
        this.parameters = initial;
        this.optimizer = new DictionaryOptimizer(manager, plan.optimizer(), initial);
        this.dead = new DeadLatents(manager, plan.dSae(), plan.revival().dead());
        this.objective = Objectives.of(manager, plan.method(), plan.batch());
        this.workspace = workspace;
        this.sharesWorkspace = sharesWorkspace;
    }

    /**
     * Takes one step.
     *
     * @param x [batch, d_in]
     * @return what it cost
     * @throws NotFiniteException when the batch gives no finite loss or gradient; then all is as it was before, but for the bias that
     *     the very first batch gives
     */
    public StepReport step(NDArray x) {
        try (Scope scope = Scope.open()) {
            List<NDArray> before = copies(counters());
            long windowBefore = dead.windowTokens();
            if (step == 0) {
                startBiases(x);
            }
            Taken taken = take(x);
            StepAccumulator sums = taken.sums();
            StepAccumulator.Losses losses = sums.losses();
            if (!Double.isFinite(losses.total())) {
                throw refused(before, windowBefore);
            }
            double rate = plan.optimizer().rate(step, plan.steps());
            double norm = optimizer.step(sums.gradients(), sums.parallel(), rate);
            if (!Double.isFinite(norm)) {
                throw refused(before, windowBefore);
            }
            step++;
            return new StepReport(step, losses, norm, rate, taken.dead());
        }
    }

    private void startBiases(NDArray x) {
        DictionaryInitialization start = plan.initialization();
        try (Scope scope = Scope.open()) {
            if (parameters.has(Parameter.DECODER_BIAS)) {
                BiasInitializer.startDecoderBias(start.decoderBias(), rows(x).target(), parameters.decoderBias());
            }
            if (start.activeShare() > 0) {
                NDArray bound = objective.selector(parameters, moment()).bound();
                BiasInitializer.startEncoderBias(start.activeShare(), rows(x).centred(), parameters, bound);
            }
        }
    }

    private ScheduleStep moment() {
        return new ScheduleStep(step, plan.steps(), plan.sparsity());
    }

    /** What a batch changes before it is known whether it gives a step. */
    private List<NDArray> counters() {
        List<NDArray> counters = new ArrayList<>(objective.state().values());
        counters.add(dead.silentFor());
        counters.add(dead.fireCounts());
        return counters;
    }

    private static List<NDArray> copies(Collection<NDArray> arrays) {
        return arrays.stream().map(NDArray::duplicate).toList();
    }

    private static void copyBack(List<NDArray> copies, Collection<NDArray> arrays) {
        Iterator<NDArray> copy = copies.iterator();
        arrays.forEach(array -> Aten.copy_(array, copy.next()));
    }

    private NotFiniteException refused(List<NDArray> before, long windowBefore) {
        copyBack(before, counters());
        dead.restore(step * plan.batch(), windowBefore);
        return new NotFiniteException(step + 1);
    }

    /** Losses and gradients of a batch, which takes note of who fired; the next step or batch overwrites them. */
    public StepAccumulator sums(NDArray x) {
        return take(x).sums();
    }

    /**
     * A batch before its update.
     *
     * @param sums losses and gradients
     * @param dead the latents that counted as dead
     */
    private record Taken(StepAccumulator sums, long dead) {}

    private Taken take(NDArray x) {
        TrainingStep taking = forward(rows(x), suspects());
        NDArray silent = dead.observe(taking.fired(), plan.batch());
        return new Taken(taking.finish(silent, plan.revival()), silent == null ? 0 : silent.size());
    }

    /** ‖x̂ − target‖² of each row of a batch, [batch], which leaves everything as it is. */
    NDArray squaredErrors(NDArray x) {
        List<NDArray> before = copies(objective.state().values());
        NDArray errors = forward(rows(x), null).squaredErrors();
        copyBack(before, objective.state().values());
        return errors;
    }

    /**
     * Gives dead latents new starts if they are to have them after the steps that were taken.
     *
     * @param pool gives [rows, width], activations to draw from, at least one batch
     * @param scale what they are multiplied by in training
     * @return the number of latents with a new start
     */
    public int resampleWhenDue(Supplier<NDArray> pool, ActivationScale scale) {
        if (!plan.revival().resampling().isAfter(step, plan.steps())) {
            return 0;
        }
        try (Scope scope = Scope.open()) {
            return new Resampler(this, pool.get(), scale).resample();
        }
    }

    private DeadCandidatePreActivations suspects() {
        NDArray suspects = plan.revival().needsPreActivations() ? dead.suspects(plan.batch()) : null;
        return DeadCandidatePreActivations.of(suspects, plan.batch(), plan.dSae(), workspace);
    }

    private TrainingStep forward(BatchSlice batch, DeadCandidatePreActivations suspects) {
        TrainingStep taking = new TrainingStep(parameters, objective, batch, moment(), dense, workspace, suspects);
        NDArray bias = taking.bias();
        do {
            EncoderMatmul.run(workspace, batch.x(), parameters.encoder(), bias, taking::take);
        } while (!taking.complete());
        return taking;
    }

    /** A batch as the loss sees it: x [rows, d_in], of a transcoder [rows, d_in + d_out]. */
    public BatchSlice rows(NDArray x) {
        int dIn = parameters.dIn();
        boolean transcodes = x.getShape().get(1) > dIn;
        NDArray input = transcodes ? Aten.contiguous(x.get(new NDIndex(":, 0:{}", dIn))) : x;
        NDArray target = transcodes ? Aten.contiguous(x.get(new NDIndex(":, {}:", dIn))) : x;
        return new BatchSlice(input, plan.centresInput() ? parameters.decoderBias() : null, target, 0);
    }

    /**
     * The numbers of a step.
     *
     * @param step counted from 1
     * @param losses before the step
     * @param gradientNorm of all parameters, before clipping
     * @param learningRate of this step
     * @param dead the latents that counted as dead
     */
    public record StepReport(
            long step, StepAccumulator.Losses losses, double gradientNorm, double learningRate, long dead) {
        public double loss() {
            return losses.total();
        }

        public double squaredError() {
            return losses.get(LossNames.SQUARED_ERROR);
        }

        public double l0() {
            return losses.l0();
        }
    }

    /** A loss or a gradient that is not a finite number; the step was not taken. */
    public static final class NotFiniteException extends ArithmeticException {
        private static final long serialVersionUID = 1L;
        private final long step;

        public NotFiniteException(long step) {
            super("step " + step + " gave a loss or a gradient that is not a finite number");
            this.step = step;
        }

        /**
         * Says whether it was the activations.
         *
         * @param x [batch, width], what the step was about
         * @param site where they are from, in words
         * @param learningRate of the run
         * @return an error in one sentence
         */
        public InvalidInputException explain(NDArray x, String site, double learningRate) {
            String which = "batch " + step + " of " + site;
            long bad = ActivationScale.notFinite(x);
            return new InvalidInputException(
                    bad > 0
                            ? which + " holds " + bad + " values that are not finite numbers"
                            : which
                                    + " gave a loss or a gradient that is not a finite number though its activations are; "
                                    + "a lower learning rate than " + learningRate + " may help");
        }
    }

    public TrainingPlan plan() {
        return plan;
    }

    /** Treats every batch densely or sparsely, whatever is faster: for tests and benchmarks. */
    public void treatDensely(boolean always) {
        dense = always;
    }

    public DictionaryParameters parameters() {
        return parameters;
    }

    public DictionaryOptimizer optimizer() {
        return optimizer;
    }

    public Objective objective() {
        return objective;
    }

    public DeadLatents dead() {
        return dead;
    }

    public long stepsTaken() {
        return step;
    }

    /** Starts firing counts anew now and then, but not so late that the dictionary's densities would be over a few tokens. */
    public void keepWindowShort() {
        long tokensLeft = (plan.steps() - step) * plan.batch();
        if (dead.windowTokens() >= SPARSITY_WINDOW && tokensLeft >= SPARSITY_WINDOW) {
            dead.clearWindow();
        }
    }

    /** Continues after a number of steps; the caller has filled the arrays. */
    public void restore(long steps, long windowTokens) {
        step = steps;
        optimizer.restore(steps);
        dead.restore(steps * plan.batch(), windowTokens);
    }

    @Override
    public void close() {
        if (!sharesWorkspace) {
            workspace.close();
        }
        objective.close();
        dead.close();
        optimizer.close();
        parameters.close();
    }
}
