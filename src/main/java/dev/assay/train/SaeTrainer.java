package dev.assay.train;

import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.run.RunOutput;
import dev.assay.train.internal.run.ShuffleOptions;
import dev.assay.train.internal.run.TrainingCheckpoints;
import dev.assay.train.internal.run.TrainingLoop;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.TrainedDictionaryBuilder;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.BestCheckpoint;
import dev.assay.train.plan.DeadLatentOptions;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.plan.Resampling;
import dev.assay.train.plan.SparsitySchedule;
import dev.assay.train.spi.StepSpan;
import dev.assay.train.plan.Target;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.spi.TrainingMethod;
import dev.assay.train.plan.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

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
 * <p>With an {@linkplain #output output folder}, metrics are written there as JSON lines, a page shows their curves, and a run that was
 * interrupted goes on from its last checkpoint to the same weights, bit for bit on the same machine and number of threads.
 */
public final class SaeTrainer {
    /** A penalty at full weight from the start kills latents before they have a direction. */
    private static final double SPARSITY_WARM_UP = 0.1;

    private final TrainingMethod method;
    private ActivationSource source;
    private int dictionarySize;
    private long tokens;
    private int batch = 4096;
    private long seed;
    private OptimizerOptions optimizer;
    private SparsitySchedule sparsity; // null for what suits the method
    private DictionaryInitialization initialization = DictionaryInitialization.standard();
    private AuxiliaryLoss auxiliary; // null for what suits the method
    private Resampling resampling = Resampling.none();
    private double ghostCoefficient;
    private long deadAfter;
    private boolean centresInput = true;
    private boolean normalizes = true;
    private Target target = Target.INPUT;
    private int bufferRows;
    private Long shuffleSeed;
    private Path output;
    private Duration checkpointEvery = Duration.ofSeconds(60);
    private int keptCheckpoints = 2;
    private BestCheckpoint bestBy;
    private boolean tensorBoard;
    private boolean report = true;
    private boolean progress = true;

    private SaeTrainer(TrainingMethod method) {
        this.method = method;
    }

    /**
     * Starts to describe a run.
     *
     * @param method what to train, and by which loss
     * @return the trainer
     */
    public static SaeTrainer of(TrainingMethod method) {
        return new SaeTrainer(Objects.requireNonNull(method));
    }

    /**
     * Starts to describe a run that trains a TopK dictionary.
     *
     * @param architecture its numbers
     * @return the trainer
     */
    public static SaeTrainer of(TopK architecture) {
        return of(new TopKTraining(architecture));
    }

    /**
     * Sets where the activations come from. Required.
     *
     * @param activations a source of one site
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
     * Sets the number of activations to train on, repeats counted. Required.
     *
     * @param activations at least one batch
     * @return this
     */
    public SaeTrainer tokens(long activations) {
        tokens = activations;
        return this;
    }

    /**
     * Sets the number of activations of a step; 4096 unless set.
     *
     * @param activations at least 1
     * @return this
     */
    public SaeTrainer batchSize(int activations) {
        batch = activations;
        return this;
    }

    /**
     * Sets the seed of initialisation and shuffling; 0 unless set.
     *
     * @param number any number
     * @return this
     */
    public SaeTrainer seed(long number) {
        seed = number;
        return this;
    }

    /**
     * Sets the peak learning rate, and leaves the other {@linkplain OptimizerOptions#of options} at their defaults.
     *
     * @param rate positive
     * @return this
     */
    public SaeTrainer learningRate(double rate) {
        return optimizer(OptimizerOptions.of(rate));
    }

    /**
     * Sets how parameters follow their gradients.
     *
     * @param options all of them
     * @return this
     */
    public SaeTrainer optimizer(OptimizerOptions options) {
        optimizer = options;
        return this;
    }

    /**
     * Sets how the pressure towards sparse codes grows. Unless set, k is full from the first step, and a coefficient rises over the
     * first tenth of the run.
     *
     * @param schedule such as {@code SparsitySchedule.warmUp(StepSpan.steps(2000))}
     * @return this
     */
    public SaeTrainer sparsity(SparsitySchedule schedule) {
        sparsity = schedule;
        return this;
    }

    /**
     * Sets what the dictionary starts as; {@link DictionaryInitialization#standard()} unless set.
     *
     * @param start what it starts as
     * @return this
     */
    public SaeTrainer initialization(DictionaryInitialization start) {
        initialization = start;
        return this;
    }

    /**
     * Sets the loss that revives dead latents. Unless set, it is {@link AuxiliaryLoss#standard()} where k is fixed, and none where a
     * coefficient decides.
     *
     * @param loss the loss
     * @return this
     */
    public SaeTrainer auxiliaryLoss(AuxiliaryLoss loss) {
        auxiliary = loss;
        return this;
    }

    /**
     * Sets when dead latents get new starts; never unless set.
     *
     * @param procedure such as {@code Resampling.at(StepSpan.share(0.25), StepSpan.share(0.5))}
     * @return this
     */
    public SaeTrainer resampling(Resampling procedure) {
        resampling = procedure;
        return this;
    }

    /**
     * Sets the coefficient of {@linkplain DeadLatentOptions ghost gradients}; 0 unless set.
     *
     * @param coefficient 1 as published, 0 for none
     * @return this
     */
    public SaeTrainer ghostGradients(double coefficient) {
        ghostCoefficient = coefficient;
        return this;
    }

    /**
     * Sets after how many silent tokens a latent counts as dead; a twentieth of the run, at most ten million, unless set.
     *
     * @param silentTokens at least 1
     * @return this
     */
    public SaeTrainer deadAfter(long silentTokens) {
        InvalidInputException.require(
                silentTokens >= 1, "dead after " + silentTokens + " silent tokens, expected at least 1");
        deadAfter = silentTokens;
        return this;
    }

    /**
     * Sets whether the decoder bias is subtracted from the input; true unless set.
     *
     * @param centred whether it is
     * @return this
     */
    public SaeTrainer centresInput(boolean centred) {
        centresInput = centred;
        return this;
    }

    /**
     * Sets whether activations are scaled to a mean norm of √d_in while training; true unless set. The trained dictionary takes
     * activations as the model makes them either way.
     *
     * @param scaled whether they are
     * @return this
     */
    public SaeTrainer normalizesActivations(boolean scaled) {
        normalizes = scaled;
        return this;
    }

    /**
     * Sets what is reconstructed; the input itself unless set. With another target the source has two sites, the input's and the
     * target's in this order, and the result is a transcoder.
     *
     * @param what the target
     * @return this
     */
    public SaeTrainer target(Target what) {
        target = what;
        return this;
    }

    /**
     * Sets the rows of the shuffling buffer; as many as fit 256 MiB, at most 131,072 and no more than the run needs, unless set.
     *
     * @param rows at least two batches
     * @return this
     */
    public SaeTrainer bufferRows(int rows) {
        InvalidInputException.require(rows >= 2, "the buffer holds " + rows + " rows, expected at least 2");
        bufferRows = rows;
        return this;
    }

    /**
     * Sets the seed of shuffling alone, so that runs of several seeds can see the same batches; the {@linkplain #seed seed} unless set.
     *
     * @param number any number
     * @return this
     */
    public SaeTrainer shuffleSeed(long number) {
        shuffleSeed = number;
        return this;
    }

    /**
     * Sets the folder for metrics and checkpoints; nothing is written unless set.
     *
     * @param folder made when missing; a run of the same plan found there goes on
     * @return this
     */
    public SaeTrainer output(Path folder) {
        output = folder;
        return this;
    }

    /**
     * Sets the time between two checkpoints; a minute unless set.
     *
     * @param pause zero for a checkpoint after every step
     * @return this
     */
    public SaeTrainer checkpointEvery(Duration pause) {
        InvalidInputException.require(
                !pause.isNegative(), "a checkpoint every " + pause.toMillis() / 1e3 + " seconds, expected 0 or more");
        checkpointEvery = pause;
        return this;
    }

    /**
     * Sets how many of the newest checkpoints stay; 2 unless set.
     *
     * @param number at least 1
     * @return this
     */
    public SaeTrainer keepCheckpoints(int number) {
        InvalidInputException.require(number >= 1, "the checkpoints to keep are " + number + ", expected at least 1");
        keptCheckpoints = number;
        return this;
    }

    /**
     * Sets which checkpoint stays as the best one, beside the newest; none unless set. A state counts when a checkpoint of it is
     * written. {@link #best()} makes a dictionary of it.
     *
     * @param metric a name in the metrics of the run, such as {@code metrics/explained_variance}; of the last batch before the
     *     checkpoint
     * @param goal what is good
     * @return this
     */
    public SaeTrainer bestBy(String metric, BestCheckpoint.Goal goal) {
        bestBy = new BestCheckpoint(metric, goal);
        return this;
    }

    /**
     * Sets whether metrics are also written to event files of TensorBoard, in the folder {@code tensorboard} of the output folder; they
     * are not unless set.
     *
     * @param written whether they are
     * @return this
     */
    public SaeTrainer tensorBoard(boolean written) {
        tensorBoard = written;
        return this;
    }

    /**
     * Sets whether the curves of the run are drawn on a page, {@code report.html} in the output folder; they are unless set.
     *
     * @param written whether they are
     * @return this
     */
    public SaeTrainer report(boolean written) {
        report = written;
        return this;
    }

    /**
     * Sets whether a progress bar is drawn on the error stream; it is unless set.
     *
     * @param shown whether it is
     * @return this
     */
    public SaeTrainer progress(boolean shown) {
        progress = shown;
        return this;
    }

    /**
     * Returns the plan that {@link #train()} will follow, defaults filled in.
     *
     * @return the plan
     * @throws dev.assay.InvalidInputException when an option is missing or out of range
     */
    public TrainingPlan plan() {
        return new TrainingPlan(
                method,
                dictionarySize,
                tokens,
                batch,
                seed,
                optimizer == null ? method.optimizer(dictionarySize) : optimizer,
                sparsity == null ? usualSparsity() : sparsity,
                new DeadLatentOptions(
                        auxiliary == null ? usualAuxiliary() : auxiliary, deadRule(), resampling, ghostCoefficient),
                initialization,
                centresInput && !method.tied() && target == Target.INPUT,
                normalizes,
                target);
    }

    private boolean fixesActivity() {
        return method.activeLatents() > 0;
    }

    private SparsitySchedule usualSparsity() {
        return fixesActivity() ? SparsitySchedule.none() : SparsitySchedule.warmUp(StepSpan.share(SPARSITY_WARM_UP));
    }

    private AuxiliaryLoss usualAuxiliary() {
        return fixesActivity() ? AuxiliaryLoss.standard() : AuxiliaryLoss.none();
    }

    private DeadLatentRule deadRule() {
        return DeadLatentRule.after(deadAfter > 0 ? deadAfter : Math.max(batch, Math.min(tokens / 20, 10_000_000)));
    }

    /**
     * Trains.
     *
     * @return the dictionary, its activation scale folded in, on the device of the source
     * @throws IOException when text cannot be read, or metrics or a checkpoint not written; earlier checkpoints survive
     * @throws dev.assay.InvalidInputException when an option does not fit, the output folder holds another run, or an activation is not
     *     a finite number
     */
    public SparseAutoencoder train() throws IOException {
        Objects.requireNonNull(source, "no source was set");
        TrainingPlan plan = plan();
        RunOutput written = output == null ? null : written();
        int rows = bufferRows > 0 ? bufferRows : ShuffleOptions.rows(source.width(), batch, tokens);
        ShuffleOptions shuffling = new ShuffleOptions(rows, shuffleSeed == null ? seed : shuffleSeed);
        try (NDManager manager = TorchEngine.newManager(source.device());
                Autograd off = Autograd.off();
                TrainingLoop loop = new TrainingLoop(manager, plan, source, shuffling, written, progress)) {
            return loop.run();
        }
    }

    /**
     * Makes a dictionary of the best checkpoint in the output folder, as {@link #train()} makes one of the last state.
     *
     * @return the dictionary, on the device of the source
     * @throws IOException when there is no best checkpoint, or it cannot be read
     * @throws dev.assay.InvalidInputException when the checkpoint is of another run
     */
    public SparseAutoencoder best() throws IOException {
        Objects.requireNonNull(output, "no output folder was set");
        TrainingPlan plan = plan();
        try (NDManager manager = TorchEngine.newManager(source.device());
                Autograd off = Autograd.off();
                TrainingState state = new TrainingState(
                        manager, plan, InitialDictionary.of(manager, plan, source.sites(), source.widths()))) {
            TrainingCheckpoints.Header header =
                    TrainingCheckpoints.restore(written().checkpoints().best(), state, source.provenance());
            return TrainedDictionaryBuilder.fold(
                    state, header.scale(), source.provenance(), plan.target().sites(source.sites(), source.widths()));
        }
    }

    private RunOutput written() {
        return new RunOutput(output, checkpointEvery, keptCheckpoints, bestBy, tensorBoard, report);
    }
}
