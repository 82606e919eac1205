package dev.assay.train.sharded;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationSource;
import dev.assay.provenance.Provenance;
import dev.assay.sae.Sites;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.JavaBuffers;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.collective.InProcessCollectives;
import dev.assay.train.collective.Traffic;
import dev.assay.train.internal.run.ShuffleOptions;
import dev.assay.train.internal.run.TrainingCheckpoints;
import dev.assay.train.internal.run.TrainingLoop;
import dev.assay.train.internal.sharded.SliceCheckpoints;
import dev.assay.train.internal.sharded.SliceLayout;
import dev.assay.train.internal.sharded.SlicedDictionary;
import dev.assay.train.internal.step.ActivationScale;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.TrainedDictionaryBuilder;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.plan.TrainingInterruptedException;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains one dictionary whose latents are divided into slices that belong to workers. The workers are threads of this process and
 * communicate only by messages, whose bytes are counted: a simulation of training on several machines.
 *
 * <pre>{@code
 * TrainingPlan plan = SaeTrainer.of(TopKTraining.of(32)).source(source).dictionarySize(16_384).tokens(1_000_000).plan();
 * SparseAutoencoder sae = ShardedTrainer.of(plan, source).slices(8).workers(4).train();
 * }</pre>
 *
 * <p>The number of slices decides the result, because sums over latents are added in the order of the slices. The number of workers does
 * not: 1, 2, 4 and 8 workers return the same bits, and a run resumes with any number of workers. Among equal scores, the latent with the
 * lower index is selected.
 *
 * <p>Methods with {@link dev.assay.train.spi.TrainingMethod#supportsSlices()} can be trained: TopK without a threshold, and BatchTopK.
 * Resampling and ghost gradients are not available.
 */
public final class ShardedTrainer {
    private static final int SLICES = 8;
    private static final int NO_CHECKPOINTS = 0;

    private final TrainingPlan plan;
    private final ActivationSource source;
    private int slices = SLICES;
    private int workers = 1;
    private int bufferRows; // 0 for the default
    private Path output; // null for none
    private int checkpointEvery = NO_CHECKPOINTS;
    private BooleanSupplier stop = () -> false;
    private Consumer<ShardedStep> listener = step -> {};

    private ShardedTrainer(TrainingPlan plan, ActivationSource source) {
        this.plan = plan;
        this.source = source;
    }

    /**
     * Creates a trainer.
     *
     * @param plan the options of the run
     * @param source of activations, in the order that every worker would read them
     * @return the trainer
     * @throws InvalidInputException if the plan has an option that slices do not support
     */
    public static ShardedTrainer of(TrainingPlan plan, ActivationSource source) {
        InvalidInputException.require(
                plan.method().supportsSlices(),
                () -> "the method " + plan.method().label()
                        + " cannot be trained in slices, expected topk without a threshold or batchtopk");
        InvalidInputException.require(
                plan.revival().ghostCoefficient() == 0, "ghost gradients are not available for training in slices");
        InvalidInputException.require(
                plan.revival().resampling().after().isEmpty(), "resampling is not available for training in slices");
        return new ShardedTrainer(plan, source);
    }

    /**
     * Sets the number of slices, which decides the result. Default: 8.
     *
     * @param count 1 to the number of latents
     * @return this
     */
    public ShardedTrainer slices(int count) {
        slices = count;
        return this;
    }

    /**
     * Sets the number of workers, which does not change the result. Default: 1.
     *
     * @param count 1 to the number of slices
     * @return this
     */
    public ShardedTrainer workers(int count) {
        workers = count;
        return this;
    }

    /**
     * Sets the number of rows of the shuffling buffer. Default: that of {@link dev.assay.train.SaeTrainer}.
     *
     * @param rows at least one batch
     * @return this
     */
    public ShardedTrainer bufferRows(int rows) {
        bufferRows = InvalidInputException.requireAtLeast(plan.batch(), "rows of the shuffling buffer", rows);
        return this;
    }

    /**
     * Writes a checkpoint every few steps, and resumes from the newest one in the folder. Default: none.
     *
     * @param folder of the checkpoints
     * @param steps between two checkpoints
     * @return this
     */
    public ShardedTrainer checkpoints(Path folder, int steps) {
        output = folder;
        checkpointEvery = InvalidInputException.requireAtLeast(1, "steps between checkpoints", steps);
        return this;
    }

    /**
     * Ends the run between two steps, after a checkpoint.
     *
     * @param condition checked before each step
     * @return this
     */
    public ShardedTrainer stopWhen(BooleanSupplier condition) {
        stop = condition;
        return this;
    }

    /**
     * Receives every step.
     *
     * @param consumer called after the step, on the calling thread
     * @return this
     */
    public ShardedTrainer listener(Consumer<ShardedStep> consumer) {
        listener = consumer;
        return this;
    }

    /**
     * Trains the dictionary.
     *
     * @return the dictionary, its activation scale folded in, on the device of the source
     * @throws IOException if activations cannot be read or a checkpoint cannot be written
     * @throws InvalidInputException if the number of slices or workers is out of range, or the folder has checkpoints of another run
     * @throws TrainingInterruptedException if the condition to stop was met before the last step
     */
    public SparseAutoencoder train() throws IOException {
        SliceLayout layout = new SliceLayout(plan.dSae(), slices, workers);
        Sites sites = plan.target().sites(source.sites(), source.widths());
        Optional<SliceCheckpoints.Stored> stored =
                output == null ? Optional.empty() : new SliceCheckpoints(output).newest();
        InProcessCollectives collectives = new InProcessCollectives(workers);
        try (NDManager manager = TorchEngine.newManager(source.device());
                Autograd off = Autograd.off();
                ActivationBuffer buffer = buffer(stored);
                DictionaryParameters initial = InitialDictionary.of(manager, plan, sites.dIn(), sites.dOut());
                SlicedDictionary dictionary =
                        new SlicedDictionary(plan, initial, layout, collectives.members(), source.device())) {
            Run run = new Run(buffer, scale(stored, buffer, sites.dIn()), dictionary, collectives);
            if (stored.isPresent()) {
                new SliceCheckpoints(output).restore(stored.get(), dictionary, source.provenance());
            }
            run.steps(manager, stored.map(found -> found.header().steps()).orElse(0L), sites.dIn());
            return run.dictionary(manager, sites);
        }
    }

    private ActivationBuffer buffer(Optional<SliceCheckpoints.Stored> stored) throws IOException {
        int rows = bufferRows == 0 ? ShuffleOptions.rows(source.width(), plan.batch(), plan.tokens()) : bufferRows;
        ShuffleOptions options = new ShuffleOptions(rows, plan.seed());
        if (stored.isEmpty()) {
            return options.start(source);
        }
        SliceCheckpoints.Header header = stored.get().header();
        TrainingCheckpoints.requireSameSource(stored.get().pool(), header.source(), source.provenance());
        return options.resume(source, stored.get().pool(), header.buffer());
    }

    private ActivationScale scale(Optional<SliceCheckpoints.Stored> stored, ActivationBuffer buffer, int dIn) {
        if (stored.isPresent()) {
            return stored.get().header().scale();
        }
        if (!plan.normalizes()) {
            return ActivationScale.of(1);
        }
        try (Scope scope = Scope.open()) {
            Provenance provenance = source.provenance();
            return ActivationScale.measure(buffer.pool(), dIn, TrainingLoop.centring(plan), provenance.summary());
        }
    }

    /** A run between its start and its end. */
    private final class Run {
        private final ActivationBuffer buffer;
        private final ActivationScale scale;
        private final SlicedDictionary dictionary;
        private final InProcessCollectives collectives;
        private final JavaBuffers javaBuffers = new JavaBuffers();

        Run(
                ActivationBuffer buffer,
                ActivationScale scale,
                SlicedDictionary dictionary,
                InProcessCollectives collectives) {
            this.buffer = buffer;
            this.scale = scale;
            this.dictionary = dictionary;
            this.collectives = collectives;
        }

        void steps(NDManager manager, long taken, int dIn) throws IOException {
            try (NDArray x = Scope.detached(() -> manager.zeros(new Shape(plan.batch(), source.width())))) {
                for (long step = taken; step < plan.steps(); step++) {
                    if (stop.getAsBoolean()) {
                        throw interrupted(step, taken);
                    }
                    step(x, dIn);
                    if (checkpointEvery > 0 && ((step + 1) % checkpointEvery == 0 || step + 1 == plan.steps())) {
                        save();
                    }
                }
            }
        }

        private void step(NDArray x, int dIn) throws IOException {
            buffer.next(x);
            scale.apply_(x, dIn);
            Traffic before = collectives.traffic();
            long start = System.nanoTime();
            TrainingState.StepReport report = step(x);
            double seconds = (System.nanoTime() - start) / 1e9;
            javaBuffers.collectWhenMany();
            listener.accept(new ShardedStep(
                    report.step(),
                    report.loss(),
                    report.squaredError(),
                    report.l0(),
                    report.dead(),
                    collectives.traffic().since(before),
                    seconds));
        }

        private TrainingState.StepReport step(NDArray x) {
            try {
                return dictionary.step(x);
            } catch (TrainingState.NotFiniteException failure) {
                throw failure.explain(
                        x, source.provenance().summary(), plan.optimizer().learningRate());
            }
        }

        private TrainingInterruptedException interrupted(long step, long taken) throws IOException {
            if (step > taken && checkpointEvery > 0) {
                save();
            }
            return step > 0 && checkpointEvery > 0
                    ? TrainingInterruptedException.saved(step, plan.steps())
                    : TrainingInterruptedException.unsaved(step, plan.steps());
        }

        private void save() throws IOException {
            new SliceCheckpoints(output).save(dictionary, source.provenance(), scale, buffer);
        }

        /** Builds the dictionary from the joined slices, as {@link dev.assay.train.SaeTrainer} does. */
        SparseAutoencoder dictionary(NDManager manager, Sites sites) {
            DictionaryParameters joined = InitialDictionary.of(manager, plan, sites.dIn(), sites.dOut());
            try (TrainingState whole = new TrainingState(manager, plan, joined)) {
                dictionary.joinTo(whole);
                return TrainedDictionaryBuilder.fold(whole, scale, source.provenance(), sites);
            }
        }
    }
}
