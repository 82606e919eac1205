package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.ProductPrecision;
import dev.assay.tensor.Scope;
import dev.assay.train.collective.Exchange;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.LossNames;
import dev.assay.train.spi.Objective;
import dev.assay.train.spi.ObjectiveContext;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.ScheduleStep;
import dev.assay.train.spi.StepLoss;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/** Parameters, optimizer state and counters of one training run; performs one step. */
public final class TrainingState implements AutoCloseable {
    private static final long SPARSITY_WINDOW = 1_000_000;

    private final TrainingPlan plan;
    private final DictionaryParameters parameters;
    private final DictionaryOptimizer optimizer;
    private final DeadLatents dead;
    private final Objective objective;
    private final Workspace workspace;
    private final boolean sharesWorkspace;
    private final SliceReduction reduction;
    private TrainingStep.Layout layout = TrainingStep.Layout.AUTOMATIC;
    private ProductPrecision encoderProduct = ProductPrecision.FLOAT32;
    private boolean dense; // whether the last step was
    private long step;

    /**
     * Starts a run.
     *
     * @param manager owns the arrays
     * @param plan the options of the run
     * @param initial the parameters to start from, owned by this state from now on
     */
    public TrainingState(NDManager manager, TrainingPlan plan, DictionaryParameters initial) {
        this(manager, plan, initial, new Workspace(manager), false, SliceReduction.WHOLE);
    }

    /**
     * Starts a run that shares a workspace with other runs.
     *
     * @param manager owns the arrays
     * @param plan the options of the run
     * @param initial the parameters to start from, owned by this state from now on
     * @param shared the workspace, used by one run at a time; the caller closes it
     */
    public TrainingState(NDManager manager, TrainingPlan plan, DictionaryParameters initial, Workspace shared) {
        this(manager, plan, initial, shared, true, SliceReduction.WHOLE);
    }

    /**
     * Starts the part of a run that trains one slice of the latents. Every slice performs the same steps at the same time.
     *
     * @param manager owns the arrays
     * @param plan the options of the run of the whole dictionary
     * @param initial the latents of the slice, and the parameters that all slices have, owned by this state from now on
     * @param reduction combines the slices
     * @return the state
     */
    public static TrainingState ofSlice(
            NDManager manager, TrainingPlan plan, DictionaryParameters initial, SliceReduction reduction) {
        TrainingState state = new TrainingState(manager, plan, initial, new Workspace(manager), false, reduction);
        state.layout = TrainingStep.Layout.SPARSE;
        return state;
    }

    private TrainingState(
            NDManager manager,
            TrainingPlan plan,
            DictionaryParameters initial,
            Workspace workspace,
            boolean sharesWorkspace,
            SliceReduction reduction) {
        this.plan = plan;
        this.reduction = reduction;
        this.parameters = initial;
        this.optimizer = new DictionaryOptimizer(manager, plan.optimizer(), initial, reduction);
        this.dead = new DeadLatents(manager, initial.dSae(), plan.revival().dead());
        this.objective = plan.method().objective(new ObjectiveContext(manager, initial.dSae(), plan.batch()));
        this.workspace = workspace;
        this.sharesWorkspace = sharesWorkspace;
    }

    /**
     * Performs one step.
     *
     * @param x [batch, d_in]
     * @return the losses before the update, the gradient norm and the number of dead latents
     * @throws NotFiniteException if the batch has a loss or gradient that is not finite; then the state is unchanged, apart from biases
     *     initialized from the first batch
     */
    public StepReport step(NDArray x) {
        try (Scope scope = Scope.open()) {
            List<NDArray> before = copies(counters());
            long windowBefore = dead.windowTokens();
            if (step == 0) {
                initializeBiases(x);
            }
            Forward forward = forward(x);
            StepSums sums = forward.sums();
            LossValues losses = sums.values(reduction);
            if (!Double.isFinite(losses.total())) {
                throw refused(before, windowBefore);
            }
            double rate = plan.optimizer().rate(step, plan.steps());
            double norm =
                    optimizer.step(sums.gradients().all(), sums.gradients().decoderGradientDot(), rate);
            if (!Double.isFinite(norm)) {
                throw refused(before, windowBefore);
            }
            step++;
            return new StepReport(step, losses, norm, rate, forward.dead());
        }
    }

    private void initializeBiases(NDArray x) {
        DictionaryInitialization start = plan.initialization();
        try (Scope scope = Scope.open()) {
            if (parameters.has(Parameter.DECODER_BIAS)) {
                BiasInitializer.initializeDecoderBias(start.decoderBias(), rows(x).target(), parameters.decoderBias());
            }
            if (start.activeShare() > 0) {
                NDArray bound = objective
                        .at(parameters, scheduleStep())
                        .selector()
                        .bound()
                        .orElseGet(() -> parameters.encoderBias().zerosLike());
                BiasInitializer.initializeEncoderBias(start.activeShare(), rows(x).centred(), parameters, bound);
            }
        }
    }

    private ScheduleStep scheduleStep() {
        return plan.sparsity().at(step, plan.steps());
    }

    /** Returns the arrays that a batch changes before its loss is known to be finite. */
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

    /** Computes the losses, gradients and firing counts of a batch; the next step or batch overwrites them. */
    public StepSums sums(NDArray x) {
        return forward(x).sums();
    }

    /**
     * A batch before its update.
     *
     * @param sums losses and gradients
     * @param dead the number of dead latents
     */
    private record Forward(StepSums sums, long dead) {}

    private Forward forward(NDArray x) {
        TrainingStep forward = activeLosses(rows(x), deadCandidates());
        NDArray deadLatents = dead.observe(forward.fireCounts(), plan.batch());
        long allDead = reduction.sum(Exchange.DEAD_LATENTS, deadLatents.size());
        return new Forward(forward.finish(deadLatents, allDead, plan.revival()), allDead);
    }

    /** Computes ‖x̂ − target‖² of each row of a batch, [batch], without changing the state. */
    NDArray squaredErrors(NDArray x) {
        List<NDArray> before = copies(objective.state().values());
        NDArray errors = activeLosses(rows(x), noCandidates()).squaredErrors();
        copyBack(before, objective.state().values());
        return errors;
    }

    /**
     * Resamples dead latents if resampling is due after the last step.
     *
     * @param pool supplies [rows, width], the activations to sample from, at least one batch
     * @param scale the factors of activations in training
     * @return the number of resampled latents
     */
    public int resampleWhenDue(Supplier<NDArray> pool, ActivationScale scale) {
        if (!plan.revival().resampling().isAfter(step, plan.steps())) {
            return 0;
        }
        try (Scope scope = Scope.open()) {
            return new Resampler(this, pool.get(), scale).resample();
        }
    }

    private DeadCandidatePreActivations deadCandidates() {
        return plan.revival().needsPreActivations() ? candidates(dead.candidates(plan.batch())) : noCandidates();
    }

    private DeadCandidatePreActivations noCandidates() {
        return candidates(parameters.encoderBias().getManager().create(new Shape(0), DataType.INT64));
    }

    private DeadCandidatePreActivations candidates(NDArray latents) {
        return DeadCandidatePreActivations.of(latents, plan.batch(), parameters.dSae(), workspace);
    }

    private TrainingStep activeLosses(BatchSlice batch, DeadCandidatePreActivations candidates) {
        StepLoss loss = objective.at(parameters, scheduleStep());
        TrainingStep forward =
                new TrainingStep(parameters, loss, batch, workspace, candidates, reduction, encoderProduct);
        dense = forward.forward(layout) == TrainingStep.Layout.DENSE;
        return forward;
    }

    /** Splits a batch into input and target: x [rows, d_in], for a transcoder [rows, d_in + d_out]. */
    public BatchSlice rows(NDArray x) {
        int dIn = parameters.dIn();
        boolean transcodes = x.getShape().get(1) > dIn;
        NDArray input = transcodes ? Aten.contiguous(x.get(new NDIndex(":, 0:{}", dIn))) : x;
        NDArray target = transcodes ? Aten.contiguous(x.get(new NDIndex(":, {}:", dIn))) : x;
        return new BatchSlice(input, plan.centresInput() ? parameters.decoderBias() : null, target, 0);
    }

    /**
     * The result of a step.
     *
     * @param step counted from 1
     * @param losses before the update
     * @param gradientNorm of all parameters, before clipping
     * @param learningRate of this step
     * @param dead the number of dead latents
     */
    public record StepReport(long step, LossValues losses, double gradientNorm, double learningRate, long dead) {
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

    /** A loss or gradient that is not finite; the parameters are unchanged. */
    public static final class NotFiniteException extends ArithmeticException {
        private static final long serialVersionUID = 1L;
        /** The square of a larger number is not a float32. */
        private static final double LARGEST_SQUARED = 1.8e19;

        private final long step;

        public NotFiniteException(long step) {
            super("step " + step + " has a loss or a gradient that is not a finite number");
            this.step = step;
        }

        /**
         * Returns an error that reports whether the activations are the cause.
         *
         * @param x [batch, width], the activations of the step
         * @param site their hook point, for the message
         * @param learningRate of the run
         * @return the error
         */
        public InvalidInputException explain(NDArray x, String site, double learningRate) {
            String location = "batch " + step + " of " + site;
            long notFinite = ActivationScale.notFinite(x);
            double largest =
                    notFinite > 0 ? 0 : Math.max(x.max().getFloat(), -x.min().getFloat());
            if (largest > LARGEST_SQUARED) {
                return new InvalidInputException(location + " has activations of magnitude " + (float) largest
                        + ", whose squares are beyond float32; expected activations that are scaled in training");
            }
            return new InvalidInputException(
                    notFinite > 0
                            ? location + " has " + notFinite + " values that are not finite numbers"
                            : location
                                    + " has a loss or a gradient that is not a finite number although its activations are; "
                                    + "try a learning rate below " + learningRate);
        }
    }

    public TrainingPlan plan() {
        return plan;
    }

    /** Fixes the layout of codes instead of selecting the faster one, for tests and benchmarks. */
    public void useDenseLayout(boolean always) {
        layout = always ? TrainingStep.Layout.DENSE : TrainingStep.Layout.SPARSE;
    }

    /** Sets the precision of the encoder's product in sparse steps, by default float32. */
    public void encoderProduct(ProductPrecision precision) {
        encoderProduct = precision;
    }

    public ProductPrecision encoderProduct() {
        return encoderProduct;
    }

    /** Fixes the layout of codes to a list of entries per piece of the batch, for tests and benchmarks. */
    public void useSparsePieces() {
        layout = TrainingStep.Layout.SPARSE_PIECES;
    }

    /** Returns whether the last step represented codes as a matrix. */
    public boolean isDense() {
        return dense;
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

    /** Restarts the window of firing counts when it is full, unless too few tokens remain for the final densities. */
    public void keepWindowShort() {
        long tokensLeft = (plan.steps() - step) * plan.batch();
        if (dead.windowTokens() >= SPARSITY_WINDOW && tokensLeft >= SPARSITY_WINDOW) {
            dead.clearWindow();
        }
    }

    /** Restores the counters of a checkpoint, whose arrays the caller has copied. */
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
