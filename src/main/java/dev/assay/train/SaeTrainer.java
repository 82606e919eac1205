package dev.assay.train;

import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.sae.Architecture;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Autograd;
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
 * <p>With an {@linkplain #output output folder}, metrics are written there as JSON lines, and a run that was interrupted goes on from
 * its last checkpoint to the same weights, bit for bit on the same machine and number of threads.
 */
public final class SaeTrainer {
    private static final long POOL_BYTES = 256L << 20;
    private static final int POOL_ROWS = 1 << 17;

    private final Architecture architecture;
    private ActivationSource source;
    private int dictionarySize;
    private long tokens;
    private int batch = 4096;
    private long seed;
    private OptimizerOptions optimizer;
    private AuxiliaryLoss auxiliary = AuxiliaryLoss.standard();
    private long deadAfter;
    private boolean centresInput = true;
    private boolean medianBias = true;
    private boolean normalizes = true;
    private int bufferRows;
    private Path output;
    private Duration checkpointEvery = Duration.ofSeconds(60);
    private boolean progress = true;

    private SaeTrainer(Architecture architecture) {
        this.architecture = architecture;
    }

    /**
     * Starts to describe a run.
     *
     * @param architecture what to train
     * @return the trainer
     */
    public static SaeTrainer of(Architecture architecture) {
        return new SaeTrainer(Objects.requireNonNull(architecture));
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
     * Sets the loss that revives dead latents; {@link AuxiliaryLoss#standard()} unless set.
     *
     * @param loss the loss
     * @return this
     */
    public SaeTrainer auxiliaryLoss(AuxiliaryLoss loss) {
        auxiliary = loss;
        return this;
    }

    /**
     * Sets after how many silent tokens a latent counts as dead; a twentieth of the run, at most ten million, unless set.
     *
     * @param silentTokens at least 1
     * @return this
     */
    public SaeTrainer deadAfter(long silentTokens) {
        require(silentTokens >= 1, "dead after " + silentTokens + " silent tokens, expected at least 1");
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
     * Sets the rows of the shuffling buffer; as many as fit 256 MiB, at most 131,072 and no more than the run needs, unless set.
     *
     * @param rows at least two batches
     * @return this
     */
    public SaeTrainer bufferRows(int rows) {
        require(rows >= 2, "the buffer holds " + rows + " rows, expected at least 2");
        bufferRows = rows;
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
        require(!pause.isNegative(), "a checkpoint every " + pause.toMillis() / 1e3 + " seconds, expected 0 or more");
        checkpointEvery = pause;
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

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new InvalidInputException(message);
        }
    }

    /**
     * Returns the plan that {@link #train()} will follow, defaults filled in.
     *
     * @return the plan
     * @throws dev.assay.InvalidInputException when an option is missing or out of range
     */
    public TrainingPlan plan() {
        Objects.requireNonNull(source, "no source was set");
        return new TrainingPlan(
                architecture,
                dictionarySize,
                tokens,
                batch,
                seed,
                optimizer == null ? OptimizerOptions.of(defaultRate(dictionarySize)) : optimizer,
                auxiliary,
                DeadLatentRule.after(deadAfter > 0 ? deadAfter : Math.max(batch, Math.min(tokens / 20, 10_000_000))),
                centresInput,
                medianBias,
                normalizes);
    }

    /** Rates that suit TopK fall with the root of the number of latents (arXiv 2406.04093, section 2.4 and appendix A.3). */
    private static double defaultRate(int latents) {
        return 2e-3 / Math.sqrt(Math.max(latents, 1) / 1024.0);
    }

    private int defaultBufferRows() {
        long fitting = POOL_BYTES / (Float.BYTES * (long) source.width());
        return (int) Math.max(4L * batch, Math.min(Math.min(POOL_ROWS, tokens), fitting));
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
        TrainingPlan plan = plan();
        int rows = bufferRows > 0 ? bufferRows : defaultBufferRows();
        try (NDManager manager = NDManager.newBaseManager(source.device(), "PyTorch");
                Autograd off = Autograd.off();
                TrainingLoop loop = new TrainingLoop(manager, plan, source, rows, output, checkpointEvery, progress)) {
            return loop.run();
        }
    }
}
