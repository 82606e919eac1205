package dev.assay.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.Stopwatch;
import dev.assay.sae.Architecture;
import dev.assay.sae.TopK;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Times whole training steps (forward, loss, gradients, clipping, constraint, Adam) beside the least that any such step must do on the
 * same machine: the encoder's product into an array that exists, plain top-k over its result, four sparse passes over the codes, and
 * one fused Adam over both matrices. Steps and floor take turns, so that both see the same machine.
 */
public final class TrainingBenchmark {
    private static final int BATCHES = 4;

    private TrainingBenchmark() {}

    /**
     * The figures, medians over all counted rounds.
     *
     * @param stepSeconds of a whole step
     * @param tokensPerSecond trained on
     * @param floorSeconds the sum of the parts
     * @param floorParts seconds of each part
     * @param ratioToFloor step over floor
     */
    public record Report(
            @JsonProperty("step_seconds") double stepSeconds,
            @JsonProperty("tokens_per_second") double tokensPerSecond,
            @JsonProperty("floor_seconds") double floorSeconds,
            @JsonProperty("floor_parts") Map<String, Double> floorParts,
            @JsonProperty("ratio_to_floor") double ratioToFloor) {}

    /**
     * Runs the benchmark on random activations.
     *
     * @param architecture what to train
     * @param dIn the width of the activations
     * @param dSae the number of latents
     * @param batch activations a step
     * @param steps counted rounds
     * @param warmup rounds before
     * @param device where to run
     * @return the figures
     */
    public static Report run(
            Architecture architecture, int dIn, int dSae, int batch, int steps, int warmup, Device device) {
        TrainingPlan plan = new TrainingPlan(
                architecture,
                dSae,
                (long) (steps + warmup) * batch,
                batch,
                0,
                OptimizerOptions.of(1e-4),
                AuxiliaryLoss.standard(),
                DeadLatentRule.after(Long.MAX_VALUE),
                true,
                false,
                false);
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch");
                Autograd off = Autograd.off();
                TrainingState state =
                        new TrainingState(manager, plan, DictionaryParameters.random(manager, dIn, dSae, 0));
                Floor floor = new Floor(manager, dIn, dSae, batch, ((TopK) architecture).k())) {
            List<NDArray> batches = batches(manager, batch, dIn);
            Stopwatch watch = new Stopwatch();
            for (int round = 0; round < warmup + steps; round++) {
                NDArray x = batches.get(round % BATCHES);
                boolean counted = round >= warmup;
                watch.time(counted, () -> state.step(x));
                floor.run(x, counted);
            }
            double step = watch.median();
            Map<String, Double> parts = floor.medians();
            double sum =
                    parts.values().stream().mapToDouble(Double::doubleValue).sum();
            return new Report(step, batch / step, sum, parts, step / sum);
        }
    }

    private static List<NDArray> batches(NDManager manager, int batch, int dIn) {
        RandomGenerator random = new SplittableRandom(1);
        List<NDArray> batches = new ArrayList<>();
        for (int i = 0; i < BATCHES; i++) {
            float[] values = new float[batch * dIn];
            for (int j = 0; j < values.length; j++) {
                values[j] = (float) random.nextGaussian();
            }
            batches.add(Scope.outside(() -> manager.create(values, new Shape(batch, dIn))));
        }
        return batches;
    }

    /** The parts of the floor, each timed by itself on arrays that exist. */
    private static final class Floor implements AutoCloseable {
        private final int dSae;
        private final int k;
        private final DictionaryParameters parameters;
        private final DictionaryParameters first;
        private final DictionaryParameters second;
        private final NDArray scores;
        private final NDArray step;
        private final SparseEngine.RowLayout layout;
        private final Map<String, Stopwatch> parts = new LinkedHashMap<>();

        Floor(NDManager manager, int dIn, int dSae, int batch, int k) {
            this.dSae = dSae;
            this.k = k;
            this.parameters = DictionaryParameters.random(manager, dIn, dSae, 1);
            this.first = parameters.zerosLike();
            this.second = parameters.zerosLike();
            this.scores = Scope.outside(() -> manager.zeros(new Shape(batch, dSae)));
            this.step = Scope.outside(() -> manager.create(1f));
            this.layout = SparseEngine.RowLayout.of(manager, batch, k);
        }

        void run(NDArray x, boolean counted) {
            try (Scope scope = Scope.open()) {
                NDArray transposed = parameters.encoder().transpose();
                time("encoder_product", counted, () -> Aten.mm(x, transposed, scores));
                Aten.Selection[] top = new Aten.Selection[1];
                time("top_k", counted, () -> top[0] = Aten.topK(scores, k));
                SparseEngine engine = new SparseEngine(top[0].indices(), layout, dSae);
                NDArray values = top[0].values().reshape(-1);
                // Sorting by latent is the step's own affair, not a pass over rows: it is done before the clock starts.
                engine.sumByLatent(values);
                engine.byLatent(x, values);
                NDArray[] gradients = new NDArray[2];
                time("sparse_passes", counted, () -> {
                    engine.decode(parameters.decoder(), values);
                    engine.codeGradient(parameters.decoder(), x);
                    gradients[0] = engine.byLatent(x, values);
                    gradients[1] = engine.byLatent(x, values);
                });
                time(
                        "fused_adam",
                        counted,
                        () -> Aten.adam_(
                                List.of(parameters.encoder(), parameters.decoder()),
                                Arrays.asList(gradients),
                                List.of(first.encoder(), first.decoder()),
                                List.of(second.encoder(), second.decoder()),
                                List.of(step, step),
                                Aten.AdamOptions.of(1e-4, 0.9, 0.999),
                                null));
                // On a GPU operations only queue: reading a number waits for them.
                scores.get(0).sum().toType(DataType.FLOAT32, false).getFloat();
            }
        }

        private void time(String part, boolean counted, Runnable task) {
            parts.computeIfAbsent(part, name -> new Stopwatch()).time(counted, task::run);
        }

        Map<String, Double> medians() {
            Map<String, Double> medians = new LinkedHashMap<>();
            parts.forEach((part, watch) -> medians.put(part, watch.median()));
            return medians;
        }

        @Override
        public void close() {
            parameters.close();
            first.close();
            second.close();
            scores.close();
            step.close();
            layout.close();
        }
    }
}
