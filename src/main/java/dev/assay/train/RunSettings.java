package dev.assay.train;

import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.CachingSource;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.NormBoundedSource;
import dev.assay.io.FolderLock;
import dev.assay.train.internal.run.CheckpointStore;
import dev.assay.train.internal.run.DeadLatentWarning;
import dev.assay.train.internal.run.HeldOutSchedule;
import dev.assay.train.internal.run.MemberSetup;
import dev.assay.train.internal.run.ShuffleOptions;
import dev.assay.train.internal.run.TrainingLength;
import dev.assay.train.internal.run.TrainingLoop;
import dev.assay.train.metrics.HeldOutMetrics;
import dev.assay.train.metrics.MetricsFiles;
import dev.assay.train.metrics.TrainingListener;
import dev.assay.train.plan.EncoderProduct;
import dev.assay.train.plan.TrainingInterruptedException;
import dev.assay.train.plan.TrainingPlan;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * The settings that single runs and sweeps have in common: length, shuffling, output and monitoring.
 *
 * @param <T> the type that the setters return
 */
abstract class RunSettings<T extends RunSettings<T>> {
    /** The default number of activations per step, of single runs and sweeps. */
    public static final int DEFAULT_BATCH = 2048;

    /** The names of those settings that a sweep has for all members, as far as they were set here. */
    private final Set<String> shared = new TreeSet<>();

    private final List<TrainingListener> listeners = new ArrayList<>();
    private long tokens;
    private int batch = DEFAULT_BATCH;
    private int bufferRows; // 0 unless set
    private long shuffleSeed;
    private Path output; // null unless set
    private Duration checkpointEvery;
    private int keptCheckpoints = 2;
    private boolean tensorBoard;
    private boolean report = true;
    private boolean progress = true;
    private BooleanSupplier stop = () -> false;
    private int skippedPositions;
    private double maxNormRatio; // 0 for no bound
    private long cacheBytes = CachingSource.MEMORY_BYTES;
    private HeldOutSchedule heldOut = HeldOutSchedule.NEVER;
    private EncoderProduct encoderProduct = EncoderProduct.AUTO;

    RunSettings(Duration checkpointEvery) {
        this.checkpointEvery = checkpointEvery;
    }

    abstract T self();

    private T set(String name) {
        shared.add(name);
        return self();
    }

    /**
     * Sets the number of activations to train on, repeats counted. Required.
     *
     * @param activations at least one batch
     * @return this
     */
    public T tokens(long activations) {
        tokens = activations;
        return set("tokens");
    }

    /**
     * Sets the number of activations per step. Default: {@value #DEFAULT_BATCH}.
     *
     * @param activations at least 1
     * @return this
     */
    public T batchSize(int activations) {
        InvalidInputException.require(activations >= 1, "the batch size is " + activations + ", expected at least 1");
        batch = activations;
        return set("batchSize");
    }

    /**
     * Sets the number of rows of the shuffling buffer. Default: as many as fit 256 MiB, at most 131,072 and no more than the run needs.
     *
     * @param rows at least two batches
     * @return this
     */
    public T bufferRows(int rows) {
        InvalidInputException.require(rows >= 2, "the buffer holds " + rows + " rows, expected at least 2");
        bufferRows = rows;
        return set("bufferRows");
    }

    /**
     * Sets the seed of shuffling. Default: the seed of a single run, 0 for a sweep.
     *
     * @param number any number
     * @return this
     */
    public T shuffleSeed(long number) {
        shuffleSeed = number;
        return set("shuffleSeed");
    }

    /**
     * Sets the folder for metrics and checkpoints. Default: nothing is written.
     *
     * @param folder created when missing; an interrupted run found there is resumed
     * @return this
     */
    public T output(Path folder) {
        output = folder;
        return set("output");
    }

    /**
     * Sets the time between two checkpoints. Default: one minute for a single run, two for a sweep.
     *
     * @param pause zero for a checkpoint after every step
     * @return this
     */
    public T checkpointEvery(Duration pause) {
        InvalidInputException.require(
                !pause.isNegative(),
                () -> "a checkpoint every " + pause.toMillis() / 1e3 + " seconds, expected 0 or more");
        checkpointEvery = pause;
        return set("checkpointEvery");
    }

    /**
     * Sets the number of newest checkpoints to keep. Default: 2.
     *
     * @param number at least 1
     * @return this
     */
    public T keepCheckpoints(int number) {
        InvalidInputException.require(number >= 1, "the checkpoints to keep are " + number + ", expected at least 1");
        keptCheckpoints = number;
        return set("keepCheckpoints");
    }

    /**
     * Sets whether metrics are also written as TensorBoard event files, in the folder {@code tensorboard}. Default: false.
     *
     * @param written true to write them
     * @return this
     */
    public T tensorBoard(boolean written) {
        tensorBoard = written;
        return set("tensorBoard");
    }

    /**
     * Sets whether the curves of a run are drawn on a page, {@code report.html}. Default: true.
     *
     * @param written true to write it
     * @return this
     */
    public T report(boolean written) {
        report = written;
        return set("report");
    }

    /**
     * Sets whether a progress bar is drawn on the error stream. Default: true.
     *
     * @param shown true to draw it
     * @return this
     */
    public T progress(boolean shown) {
        progress = shown;
        return set("progress");
    }

    /**
     * Sets a condition that stops the run: it writes a checkpoint and ends with a {@link TrainingInterruptedException}. The condition is
     * checked between two steps, and while the run waits for activations. Default: none.
     *
     * @param condition such as {@link dev.assay.ShutdownRequest}
     * @return this
     */
    public T stopWhen(BooleanSupplier condition) {
        stop = Objects.requireNonNull(condition);
        return self();
    }

    /**
     * Adds a listener that receives the metrics of the run, or of each member of the sweep.
     *
     * @param listener called after the files in the output folder are written
     * @return this
     */
    public T listener(TrainingListener listener) {
        listeners.add(Objects.requireNonNull(listener));
        return self();
    }

    /**
     * Sets an evaluation on held-out data every few steps and after the last one; its numbers appear in the metrics under
     * {@code evaluation/}. It does not change the training. Default: none.
     *
     * @param steps between two evaluations, at least 1
     * @param metrics the measurement, such as {@code dev.assay.evaluate.HeldOutEvaluation}
     * @return this
     */
    public T evaluateEvery(long steps, HeldOutMetrics metrics) {
        InvalidInputException.require(steps >= 1, () -> "an evaluation every " + steps + " steps, expected at least 1");
        heldOut = new HeldOutSchedule(steps, Objects.requireNonNull(metrics));
        return self();
    }

    /**
     * Leaves out the first positions of each context, a BOS token counted. Default: 0. Stored activations can only be harvested without
     * them.
     *
     * @param count at least 0 and less than the length of a context
     * @return this
     */
    public T skipPositions(int count) {
        skippedPositions = InvalidInputException.requireAtLeast(0, "the number of positions to skip", count);
        return set("skipPositions");
    }

    /**
     * Leaves out tokens whose activation has a norm above a multiple of the median norm, which is measured on the first 4,096
     * activations. Default: no bound.
     *
     * @param ratio the multiple, above 1
     * @return this
     */
    public T maxNormRatio(double ratio) {
        InvalidInputException.require(
                ratio > 1 && Double.isFinite(ratio),
                () -> "the largest norm is " + ratio + " times the median norm, expected a ratio above 1");
        maxNormRatio = ratio;
        return set("maxNormRatio");
    }

    /**
     * Sets the largest number of bytes of activations to keep while a run reads its text more than once, so that the model computes them
     * once. Default: 1 GiB, in memory. Larger values add a temporary file in the output folder. Does not change the dictionary in any bit.
     * Applies to the activations of a model on the CPU.
     *
     * @param bytes of memory and file together; 0 computes the activations in each epoch
     * @return this
     */
    public T cacheBytes(long bytes) {
        InvalidInputException.require(
                bytes >= 0, () -> "the activations to keep are " + bytes + " bytes, expected at least 0");
        cacheBytes = bytes;
        return set("cacheBytes");
    }

    /** Adds the cache of activations to a source; stored activations need none. */
    private ActivationSource cached(ActivationSource source, boolean computed) {
        if (!computed) {
            return source;
        }
        return hasOutput()
                ? CachingSource.of(source, cacheBytes, output())
                : CachingSource.inMemory(source, Math.min(cacheBytes, CachingSource.MEMORY_BYTES));
    }

    /**
     * Sets the product that finds the active latents of a batch. Default: the fastest for the size of the dictionary, measured at the start of
     * the run and stored with it. Two runs on one machine have the same bits if both name the same product.
     *
     * @param product the product
     * @return this
     */
    public T encoderProduct(EncoderProduct product) {
        encoderProduct = Objects.requireNonNull(product);
        return set("encoderProduct");
    }

    EncoderProduct encoderProduct() {
        return encoderProduct;
    }

    /** The activations of a source without the tokens that are left out. */
    ActivationSource selected(ActivationSource source) throws IOException {
        ActivationSource selected = source;
        if (skippedPositions > 0) {
            if (!(source instanceof ModelActivationSource model)) {
                throw new InvalidInputException("the first " + skippedPositions
                        + " positions of each context are to be skipped, expected activations of a model: stored activations"
                        + " can only be harvested without them");
            }
            selected = model.skippingPositions(skippedPositions);
        }
        return maxNormRatio == 0 ? selected : NormBoundedSource.ofRatio(selected, maxNormRatio);
    }

    Set<String> shared() {
        return shared;
    }

    boolean isSet(String name) {
        return shared.contains(name);
    }

    List<TrainingListener> listeners() {
        return listeners;
    }

    HeldOutSchedule heldOut() {
        return heldOut;
    }

    boolean evaluates() {
        return heldOut.every() > 0;
    }

    TrainingLength length() {
        return new TrainingLength(tokens, batch);
    }

    boolean hasOutput() {
        return output != null;
    }

    Path output() {
        return Objects.requireNonNull(output, "no output folder was set");
    }

    /** The name of the output folder; another name without one. */
    String title(String otherwise) {
        return output == null
                ? otherwise
                : output.toAbsolutePath().normalize().getFileName().toString();
    }

    int keptCheckpoints() {
        return keptCheckpoints;
    }

    /** Locks the output folder against other writers; does nothing without one. */
    Closeable lock() throws IOException {
        return hasOutput() ? FolderLock.in(output()) : () -> {};
    }

    /** The listeners of a member: first the files in its folder, last those that were added to the run. */
    List<TrainingListener> listeners(TrainingPlan plan, Path folder) {
        List<TrainingListener> all = new ArrayList<>();
        if (hasOutput()) {
            all.add(new MetricsFiles(folder, tensorBoard, report));
        }
        all.add(new DeadLatentWarning(plan.dSae()));
        all.addAll(listeners);
        return all;
    }

    TrainingLoop loop(
            NDManager manager,
            ActivationSource activations,
            long usualShuffleSeed,
            List<MemberSetup> members,
            CheckpointStore checkpoints)
            throws IOException {
        ActivationSource source = cached(selected(activations), activations instanceof ModelActivationSource);
        int rows = bufferRows > 0 ? bufferRows : ShuffleOptions.rows(source.width(), batch, tokens);
        long seed = isSet("shuffleSeed") ? shuffleSeed : usualShuffleSeed;
        return new TrainingLoop(
                manager,
                source,
                length(),
                new ShuffleOptions(rows, seed),
                members,
                checkpoints,
                new TrainingLoop.Monitoring(checkpointEvery.toNanos(), progress, stop));
    }
}
