package dev.assay.train;

import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.io.IoConsumer;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.run.BestCheckpointFile;
import dev.assay.train.internal.run.BestDictionary;
import dev.assay.train.internal.run.CheckpointStore;
import dev.assay.train.internal.run.HeldOutSchedule;
import dev.assay.train.internal.run.MemberSetup;
import dev.assay.train.internal.run.RunCheckpoints;
import dev.assay.train.internal.run.TrainingLength;
import dev.assay.train.internal.run.TrainingLoop;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.metrics.MetricNames;
import dev.assay.train.metrics.TrainingListener;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.BestCheckpoint;
import dev.assay.train.plan.DeadLatentOptions;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.Resampling;
import dev.assay.train.plan.SparsitySchedule;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.Target;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.StepSpan;
import dev.assay.train.spi.TrainingMethod;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Trains a dictionary.
 *
 * <pre>{@code
 * SparseAutoencoder sae = SaeTrainer.of(TopK.of(32))
 *         .source(ActivationSource.of(model, HookPoint.residPost(3), corpus))
 *         .dictionarySize(16_384)
 *         .tokens(50_000_000)
 *         .train();
 * }</pre>
 *
 * <p>With an {@linkplain #output output folder}, metrics are written there as JSON lines, a page shows their curves, and an interrupted
 * run resumes from its last checkpoint to the same weights, bit for bit on the same machine and number of threads.
 */
public final class SaeTrainer extends RunSettings<SaeTrainer> {
    /** A penalty at full weight from the first step kills latents before they have a direction. */
    private static final StepSpan SPARSITY_WARM_UP = StepSpan.share(0.1);

    /** The name of a run without an output folder. */
    private static final String RUN = "run";

    static final String CHECKPOINTS = "checkpoints";

    private final TrainingMethod method;
    private ActivationSource source;
    private int dictionarySize;
    private long seed;
    private UnaryOperator<OptimizerOptions> optimizer = UnaryOperator.identity();
    private SparsitySchedule sparsity; // null for the method's
    private UnaryOperator<DictionaryInitialization> initialization = UnaryOperator.identity();
    private AuxiliaryLoss auxiliary; // null for the method's
    private Resampling resampling = Resampling.none();
    private double ghostCoefficient;
    private long deadAfter; // 0 for the usual
    private boolean centresInput = true;
    private boolean normalizes = true;
    private Target target = Target.INPUT;
    private BestCheckpoint bestBy; // null for none

    private SaeTrainer(TrainingMethod method) {
        super(Duration.ofSeconds(60));
        this.method = method;
    }

    /**
     * Creates a trainer with the default options of a method.
     *
     * @param method the architecture and its loss
     * @return the trainer
     */
    public static SaeTrainer of(TrainingMethod method) {
        return new SaeTrainer(Objects.requireNonNull(method));
    }

    /**
     * Creates a trainer of TopK dictionaries, see {@link TopKTraining#of}.
     *
     * @param architecture the TopK architecture
     * @return the trainer
     */
    public static SaeTrainer of(TopK architecture) {
        return of(TopKTraining.of(architecture.k()));
    }

    @Override
    SaeTrainer self() {
        return this;
    }

    /**
     * Sets the source of activations. Required.
     *
     * @param activations a source with one site, or with two for a transcoder
     * @return this
     */
    public SaeTrainer source(ActivationSource activations) {
        source = activations;
        return this;
    }

    /**
     * Sets the number of latents. Required.
     *
     * @param latents d_sae
     * @return this
     */
    public SaeTrainer dictionarySize(int latents) {
        dictionarySize = latents;
        return this;
    }

    /**
     * Sets the seed of initialization and, unless {@link #shuffleSeed} is set, of shuffling. Default: 0.
     *
     * @param number any number
     * @return this
     */
    public SaeTrainer seed(long number) {
        seed = number;
        return this;
    }

    /**
     * Sets options by name, as the command line and sweep files do.
     *
     * @param options override what was set before; options that are not set keep their values
     * @return this
     */
    public SaeTrainer options(TrainerOptions options) {
        options.applyTo(this);
        return this;
    }

    /**
     * Sets the peak learning rate. Other options of the optimizer keep their values.
     *
     * @param rate positive
     * @return this
     */
    public SaeTrainer learningRate(double rate) {
        return optimizer(options -> options.learningRate(rate));
    }

    /**
     * Sets the options of the optimizer. Default: those of the method.
     *
     * @param options all options
     * @return this
     */
    public SaeTrainer optimizer(OptimizerOptions options) {
        Objects.requireNonNull(options);
        return optimizer(usual -> options);
    }

    /**
     * Changes some options of the optimizer.
     *
     * @param change from the options so far, first those of the method, to those of this run
     * @return this
     */
    public SaeTrainer optimizer(UnaryOperator<OptimizerOptions> change) {
        UnaryOperator<OptimizerOptions> before = optimizer;
        optimizer = usual -> change.apply(before.apply(usual));
        return this;
    }

    /**
     * Sets the schedule of the sparsity pressure. Default: full k from the first step; a coefficient rises over the first tenth of the
     * run.
     *
     * @param schedule such as {@code SparsitySchedule.warmUp(StepSpan.steps(2000))}
     * @return this
     */
    public SaeTrainer sparsity(SparsitySchedule schedule) {
        sparsity = schedule;
        return this;
    }

    /**
     * Sets the initial parameters.
     *
     * @param start the initialization, by default {@link DictionaryInitialization#of}
     * @return this
     */
    public SaeTrainer initialization(DictionaryInitialization start) {
        return initialization(usual -> start);
    }

    /**
     * Changes some of the initial parameters.
     *
     * @param change from the initialization so far to the one of this run
     * @return this
     */
    public SaeTrainer initialization(UnaryOperator<DictionaryInitialization> change) {
        UnaryOperator<DictionaryInitialization> before = initialization;
        initialization = usual -> change.apply(before.apply(usual));
        return this;
    }

    /**
     * Sets the auxiliary loss on dead latents. Default: {@link AuxiliaryLoss#standard()} where k is fixed, none where a coefficient
     * controls sparsity.
     *
     * @param loss the loss
     * @return this
     */
    public SaeTrainer auxiliaryLoss(AuxiliaryLoss loss) {
        auxiliary = loss;
        return this;
    }

    /**
     * Sets when dead latents are resampled. Default: never.
     *
     * @param procedure such as {@code Resampling.at(StepSpan.share(0.25), StepSpan.share(0.5))}
     * @return this
     */
    public SaeTrainer resampling(Resampling procedure) {
        resampling = procedure;
        return this;
    }

    /**
     * Sets the coefficient of {@linkplain DeadLatentOptions ghost gradients}. Default: 0.
     *
     * @param coefficient 1 as published, 0 for none
     * @return this
     */
    public SaeTrainer ghostGradients(double coefficient) {
        ghostCoefficient = coefficient;
        return this;
    }

    /**
     * Sets the number of silent tokens after which a latent counts as dead. Default: a twentieth of the run, at most ten million.
     *
     * @param silentTokens at least 1
     * @return this
     */
    public SaeTrainer deadAfter(long silentTokens) {
        InvalidInputException.require(
                silentTokens >= 1, () -> "dead after " + silentTokens + " silent tokens, expected at least 1");
        deadAfter = silentTokens;
        return this;
    }

    /**
     * Sets whether the decoder bias is subtracted from the input. Default: true.
     *
     * @param centred true to subtract it
     * @return this
     */
    public SaeTrainer centresInput(boolean centred) {
        centresInput = centred;
        return this;
    }

    /**
     * Sets whether activations are scaled during training, to a typical distance of √d_in from their centre. Default: true. The
     * trained dictionary reads unscaled activations either way.
     *
     * @param scaled true to scale them
     * @return this
     */
    public SaeTrainer normalizesActivations(boolean scaled) {
        normalizes = scaled;
        return this;
    }

    /**
     * Sets the reconstruction target. Default: the input. Any other target trains a transcoder, from a source with two sites, the
     * input's and the target's in this order.
     *
     * @param reconstructed the target
     * @return this
     */
    public SaeTrainer target(Target reconstructed) {
        target = reconstructed;
        return this;
    }

    /**
     * Keeps the best checkpoint by a metric, next to the newest ones. Default: none. Only states of which a checkpoint is written are
     * compared; with a metric under {@code evaluation/}, one is written after each evaluation. {@link #best()} builds its dictionary.
     *
     * @param metric a name in the metrics of the run, such as {@code metrics/explained_variance}; of the last batch before the
     *     checkpoint
     * @param goal whether large or small values are good
     * @return this
     */
    public SaeTrainer bestBy(String metric, BestCheckpoint.Goal goal) {
        bestBy = new BestCheckpoint(metric, goal);
        return this;
    }

    /**
     * Returns the plan that {@link #train()} follows, with all defaults.
     *
     * @return the plan
     * @throws InvalidInputException when an option is missing or out of range
     */
    public TrainingPlan plan() {
        return plan(length());
    }

    /** The plan of this trainer as a member of a run of a length. */
    TrainingPlan plan(TrainingLength length) {
        boolean fixesActivity = method.activeLatents() > 0;
        SparsitySchedule usualSparsity =
                fixesActivity ? SparsitySchedule.none() : SparsitySchedule.warmUp(SPARSITY_WARM_UP);
        AuxiliaryLoss usualAuxiliary = fixesActivity ? AuxiliaryLoss.standard() : AuxiliaryLoss.none();
        long usualDeadAfter = Math.max(length.batch(), Math.min(length.tokens() / 20, 10_000_000));
        return new TrainingPlan(
                method,
                dictionarySize,
                length.tokens(),
                length.batch(),
                seed,
                optimizer.apply(method.optimizer(dictionarySize, length.tokens() / length.batch())),
                sparsity == null ? usualSparsity : sparsity,
                new DeadLatentOptions(
                        auxiliary == null ? usualAuxiliary : auxiliary,
                        DeadLatentRule.after(deadAfter > 0 ? deadAfter : usualDeadAfter),
                        resampling,
                        ghostCoefficient),
                initialization.apply(DictionaryInitialization.of(method)),
                centresInput && !method.tied() && target == Target.INPUT,
                normalizes,
                target);
    }

    /** The settings that were set here although a sweep decides them. */
    List<String> refusedInSweep() {
        List<String> names = new ArrayList<>(shared());
        if (source != null) {
            names.add("source");
        }
        return names;
    }

    /**
     * Describes this trainer as a member of a run.
     *
     * @param member its plan and sites
     * @param title its name for listeners
     * @param output its folder
     * @param run the settings of the run
     */
    MemberSetup setup(SweepMember member, String title, Path output, RunSettings<?> run) {
        HeldOutSchedule evaluation = evaluates() ? heldOut() : run.heldOut();
        InvalidInputException.require(
                bestBy == null || !bestBy.metric().startsWith(MetricNames.EVALUATION) || evaluation.every() > 0,
                () -> "the best state is by the metric \"" + bestBy.metric()
                        + "\", expected an evaluation on held-out text every few steps");
        InvalidInputException.require(
                bestBy == null || run.hasOutput(), "a best checkpoint needs an output folder, and none was set");
        List<TrainingListener> all = run.listeners(member.plan(), output);
        if (run != this) {
            all.addAll(listeners());
        }
        BestCheckpointFile best =
                bestBy == null ? BestCheckpointFile.none() : BestCheckpointFile.in(output.resolve(CHECKPOINTS), bestBy);
        return new MemberSetup(member, title, best, evaluation, all, run.encoderProduct());
    }

    /**
     * Trains the dictionary.
     *
     * @return the dictionary, its activation scale folded in, on the device of the source
     * @throws IOException when text cannot be read, or metrics or a checkpoint cannot be written; earlier checkpoints survive
     * @throws InvalidInputException when an option does not fit, the output folder holds another run, or an activation is not a finite
     *     number
     */
    public SparseAutoencoder train() throws IOException {
        return train(trained -> {});
    }

    /**
     * Trains as {@link #train()} does, and saves the dictionary before the reports of the run are completed.
     *
     * @param saving saves the trained dictionary, such as {@code RunWriter::write}
     */
    public SparseAutoencoder train(IoConsumer<SparseAutoencoder> saving) throws IOException {
        SweepMember member = member();
        MemberSetup setup = setup(member, title(RUN), hasOutput() ? output() : Path.of(""), this);
        CheckpointStore store = hasOutput()
                ? new RunCheckpoints(output().resolve(CHECKPOINTS), keptCheckpoints())
                : CheckpointStore.NONE;
        try (Closeable lock = lock();
                NDManager manager = TorchEngine.newManager(source.device());
                Autograd off = Autograd.off();
                TrainingLoop loop = loop(manager, source, seed, List.of(setup), store)) {
            SparseAutoencoder trained = loop.run().get(0).dictionary();
            try {
                saving.accept(trained);
                return trained;
            } catch (IOException | RuntimeException failure) {
                trained.close();
                throw failure;
            }
        }
    }

    /** {@return whether the output folder has a best checkpoint: not if the metric was NaN at every checkpoint} */
    public boolean hasBest() {
        return BestDictionary.exists(output().resolve(CHECKPOINTS));
    }

    /**
     * Builds the dictionary of the best checkpoint in the output folder.
     *
     * @return the dictionary, on the device of the source
     * @throws IOException when the checkpoint cannot be read
     * @throws InvalidInputException when there is no best checkpoint, or it is of another run
     */
    public SparseAutoencoder best() throws IOException {
        return BestDictionary.load(selected(source), member(), output().resolve(CHECKPOINTS));
    }

    /** This run as one member, on all sites of its source. */
    private SweepMember member() {
        Objects.requireNonNull(source, "no source was set");
        TrainingPlan plan = plan();
        return new SweepMember(RUN, plan, plan.target().sites(source.sites(), source.widths()), null);
    }
}
