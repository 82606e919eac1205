package dev.assay.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.assay.Stopwatch;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.collective.InProcessCollectives;
import dev.assay.train.collective.Traffic;
import dev.assay.train.internal.sharded.SliceLayout;
import dev.assay.train.internal.sharded.SlicedDictionary;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.sharded.StepTraffic;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.TrainingMethod;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Measures the messages of sharded training, and computes the time of a step on several machines from them. The messages are those of a
 * simulated run. The time of the computation is measured on this machine for the whole dictionary; the part that every worker repeats is
 * measured separately. Everything else is a formula, see {@link Report}.
 */
public final class ShardedBenchmark {
    private ShardedBenchmark() {}

    /**
     * Sizes of the benchmark.
     *
     * @param method the training method
     * @param dIn width of the activations
     * @param dSae number of latents
     * @param batch activations per step
     * @param k selected latents per row
     * @param slices number of slices
     * @param workers number of workers
     */
    public record Case(TrainingMethod method, int dIn, int dSae, int batch, int k, int slices, int workers) {}

    /**
     * Results.
     *
     * @param slices number of slices
     * @param workers number of workers
     * @param bytesPerStep measured: bytes that the busiest worker sends per step
     * @param bytesByExchange measured: the same by quantity, of worker 0
     * @param formulaBytesPerStep computed by {@link StepTraffic}
     * @param roundsPerStep measured: exchanges per step
     * @param stateBytesPerWorker computed: parameters and moments of the slices of a worker
     * @param wholeStepSeconds measured: a step of the whole dictionary on this machine
     * @param repeatedSeconds measured: the part of a step that every worker repeats
     * @param networkSeconds computed: {@link StepTraffic#seconds}
     * @param modelledStepSeconds computed: {@code repeated + (whole − repeated) / workers + network}
     * @param modelledSpeedup computed: {@code whole / modelled}
     */
    public record Report(
            @JsonProperty("slices") int slices,
            @JsonProperty("workers") int workers,
            @JsonProperty("bytes_per_step") long bytesPerStep,
            @JsonProperty("bytes_by_exchange") Map<String, Long> bytesByExchange,
            @JsonProperty("formula_bytes_per_step") double formulaBytesPerStep,
            @JsonProperty("rounds_per_step") long roundsPerStep,
            @JsonProperty("state_bytes_per_worker") long stateBytesPerWorker,
            @JsonProperty("whole_step_seconds") double wholeStepSeconds,
            @JsonProperty("repeated_seconds") double repeatedSeconds,
            @JsonProperty("modelled_network_seconds") double networkSeconds,
            @JsonProperty("modelled_step_seconds") double modelledStepSeconds,
            @JsonProperty("modelled_speedup") double modelledSpeedup) {}

    /**
     * Runs the benchmark on random activations, without dead latents.
     *
     * @param sizes the sizes
     * @param network the assumed network
     * @param steps measured steps of the whole dictionary
     * @param warmup warm-up steps
     * @param device the device
     * @return the results
     */
    public static Report run(Case sizes, StepTraffic.Network network, int steps, int warmup, Device device) {
        TrainingPlan plan = new TrainingPlan(
                sizes.method(),
                sizes.dSae(),
                (long) Integer.MAX_VALUE * sizes.batch(),
                sizes.batch(),
                0,
                sizes.method().optimizer(sizes.dSae()),
                AuxiliaryLoss.standard(),
                DeadLatentRule.after(Long.MAX_VALUE / 2),
                true,
                false,
                false);
        try (NDManager manager = TorchEngine.newManager(device);
                Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            NDArray x = Gaussian.array(manager, new Shape(sizes.batch(), sizes.dIn()), 0);
            Traffic traffic = traffic(manager, plan, sizes, x, device);
            double whole = wholeStep(manager, plan, sizes, x, steps, warmup);
            double repeated = repeated(x, steps, warmup);
            boolean overBatch = sizes.method().id().startsWith("batchtopk");
            StepTraffic formula = StepTraffic.of(
                    new StepTraffic.Sizes(sizes.batch(), sizes.dIn(), sizes.dIn(), sizes.k(), overBatch, true),
                    sizes.slices(),
                    sizes.workers(),
                    StepTraffic.Auxiliary.NONE);
            double messages = formula.seconds(network);
            double divided = Math.max(0, whole - repeated) / sizes.workers();
            double step = repeated + divided + messages;
            return new Report(
                    sizes.slices(),
                    sizes.workers(),
                    traffic.largestSent(),
                    byExchange(traffic),
                    formula.bytes(),
                    traffic.rounds(),
                    stateBytes(sizes),
                    whole,
                    repeated,
                    messages,
                    step,
                    whole / step);
        }
    }

    private static Traffic traffic(NDManager manager, TrainingPlan plan, Case sizes, NDArray x, Device device) {
        SliceLayout layout = new SliceLayout(sizes.dSae(), sizes.slices(), sizes.workers());
        InProcessCollectives collectives = new InProcessCollectives(sizes.workers());
        try (DictionaryParameters initial = InitialDictionary.of(manager, plan, sizes.dIn(), sizes.dIn());
                SlicedDictionary dictionary =
                        new SlicedDictionary(plan, initial, layout, collectives.members(), device)) {
            dictionary.step(x);
            return collectives.traffic();
        }
    }

    private static double wholeStep(
            NDManager manager, TrainingPlan plan, Case sizes, NDArray x, int steps, int warmup) {
        DictionaryParameters initial = InitialDictionary.of(manager, plan, sizes.dIn(), sizes.dIn());
        Stopwatch watch = new Stopwatch();
        try (TrainingState whole = new TrainingState(manager, plan, initial)) {
            for (int step = 0; step < warmup + steps; step++) {
                watch.time(step >= warmup, () -> whole.step(x));
            }
        }
        return watch.median();
    }

    /** Measures what is computed from the reconstruction alone: the error, its squared norm and the gradient of the decoder bias. */
    private static double repeated(NDArray x, int steps, int warmup) {
        Stopwatch watch = new Stopwatch();
        NDArray bias = x.getManager().zeros(new Shape(x.getShape().get(1)));
        NDArray error = x.zerosLike();
        NDArray reconstruction = x.zerosLike();
        for (int step = 0; step < warmup + steps; step++) {
            watch.time(step >= warmup, () -> {
                try (Scope scope = Scope.open()) {
                    Aten.sub(bias, x, error);
                    Aten.add_(error, reconstruction, 1);
                    Aten.norm(error).square().getFloat();
                    error.sum(new int[] {0}).toFloatArray();
                }
            });
        }
        return watch.median();
    }

    private static Map<String, Long> byExchange(Traffic traffic) {
        Map<String, Long> bytes = new TreeMap<>();
        traffic.exchanges()
                .keySet()
                .forEach(exchange -> bytes.put(exchange.name().toLowerCase(Locale.ROOT), traffic.sent(exchange, 0)));
        return bytes;
    }

    /** Returns the bytes of parameters and two moments: the latents of a worker, and the decoder bias. */
    private static long stateBytes(Case sizes) {
        long latents = (sizes.dSae() + sizes.workers() - 1L) / sizes.workers();
        return 3 * Float.BYTES * (latents * (2L * sizes.dIn() + 1) + sizes.dIn());
    }
}
