package dev.assay.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Pending;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.TrainingMethod;
import java.io.IOException;
import java.util.SplittableRandom;

/**
 * Measures training from a live model relative to its two halves alone: reading activations, and training on activations in memory. On one
 * processor the speed is at most 1 / (1/harvest + 1/train) tokens per second. The three alternate, so that all run under the same load.
 */
public final class LiveTrainingBenchmark {
    /** Number of buffer refills per round. */
    private static final int REFILLS = 2;

    private final ActivationSource source;
    private final TrainingPlan plan;
    private final int rows;

    private LiveTrainingBenchmark(ActivationSource source, TrainingPlan plan, int rows) {
        this.source = source;
        this.plan = plan;
        this.rows = rows;
    }

    /**
     * Results over all counted rounds.
     *
     * @param harvestTokensPerSecond speed of the source alone, including the tokenizer
     * @param trainTokensPerSecond speed of training steps alone
     * @param liveTokensPerSecond speed of both together, through the shuffling buffer
     * @param idealTokensPerSecond 1 / (1/harvest + 1/train)
     * @param ratioToIdeal live divided by ideal
     */
    public record Report(
            @JsonProperty("live_harvest_tokens_per_second") double harvestTokensPerSecond,
            @JsonProperty("live_train_tokens_per_second") double trainTokensPerSecond,
            @JsonProperty("live_tokens_per_second") double liveTokensPerSecond,
            @JsonProperty("live_ideal_tokens_per_second") double idealTokensPerSecond,
            @JsonProperty("live_ratio_to_ideal") double ratioToIdeal) {}

    /**
     * Runs the benchmark.
     *
     * @param source the activations
     * @param method the training method
     * @param dSae the number of latents
     * @param batch activations per step
     * @param batches batches per half buffer
     * @param rounds counted rounds, after one warm-up round
     * @return the results
     * @throws IOException if the text cannot be read
     */
    public static Report run(
            ActivationSource source, TrainingMethod method, int dSae, int batch, int batches, int rounds)
            throws IOException {
        TrainingPlan plan = new TrainingPlan(
                method,
                dSae,
                Integer.MAX_VALUE,
                batch,
                0,
                OptimizerOptions.of(1e-4),
                AuxiliaryLoss.standard(),
                DeadLatentRule.after(Long.MAX_VALUE),
                true,
                false,
                false);
        return new LiveTrainingBenchmark(source, plan, batch * batches).run(rounds);
    }

    private Report run(int rounds) throws IOException {
        int dIn = source.width();
        double harvest = 0;
        double train = 0;
        double live = 0;
        try (NDManager manager = TorchEngine.newManager(source.device());
                Autograd off = Autograd.off();
                TrainingState state = new TrainingState(manager, plan, InitialDictionary.of(manager, plan, dIn, dIn))) {
            NDArray x = Scope.detached(() -> manager.create(normal(plan.batch() * dIn), new Shape(plan.batch(), dIn)));
            for (int round = -1; round < rounds; round++) {
                double weight = round < 0 ? 0 : 1.0 / rounds;
                harvest += weight * secondsToHarvest(manager);
                train += weight * secondsToTrain(state, x);
                live += weight * secondsLive(state, x);
            }
        }
        double ideal = 1 / (harvest + train);
        return new Report(1 / harvest, 1 / train, 1 / live, ideal, 1 / live / ideal);
    }

    private static float[] normal(int count) {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Returns seconds per row. */
    private double secondsToHarvest(NDManager manager) throws IOException {
        try (ActivationStream stream = source.open(StreamPosition.START)) {
            long start = System.nanoTime();
            long harvested = 0;
            while (harvested < rows) {
                try (Scope scope = Scope.open()) {
                    harvested += stream.next().tokens().length;
                }
            }
            Pending.await(manager);
            return seconds(start) / harvested;
        }
    }

    /** Returns seconds per row. */
    private double secondsToTrain(TrainingState state, NDArray x) {
        long start = System.nanoTime();
        for (int trained = 0; trained < rows; trained += plan.batch()) {
            state.step(x);
        }
        Pending.await(x.getManager());
        return seconds(start) / rows;
    }

    /** Returns seconds per row. Between two refills, half a buffer is harvested and used for training. */
    private double secondsLive(TrainingState state, NDArray x) throws IOException {
        try (ActivationBuffer buffer = ActivationBuffer.fill(source, source.device(), 2 * rows, plan.seed())) {
            long start = System.nanoTime();
            for (int trained = 0; trained < REFILLS * rows; trained += plan.batch()) {
                buffer.next(x);
                state.step(x);
            }
            Pending.await(x.getManager());
            return seconds(start) / (REFILLS * rows);
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
