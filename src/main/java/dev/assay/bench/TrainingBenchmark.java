package dev.assay.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.assay.InvalidInputException;
import dev.assay.Stopwatch;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.MemoryUse;
import dev.assay.tensor.Pending;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.step.EncoderProductMeasurement;
import dev.assay.train.internal.step.InitialDictionary;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.method.JumpReluTraining;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.EncoderProduct;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.TrainingMethod;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures whole training steps (forward pass, loss, gradients, auxiliary loss, clipping, constraint, Adam) relative to the minimum work of
 * such a step on the same machine, see {@link TrainingFloor}. Steps and floor alternate, so that both run under the same load.
 */
public final class TrainingBenchmark {
    private static final int BATCHES = 4;
    /** Warm-up steps of a small dictionary, after which engine and compiler have allocated their own memory. */
    private static final int SETTLING = 600;

    private static final int COLLECTIONS = 12;

    private static final long MOST_GARBAGE = 1L << 34;
    private static final int PIECE_OF_GARBAGE = 1 << 14;

    /** Learning rate, small enough that the number of active latents stays as requested. */
    private static final double RATE = 1e-7;
    /** Norm of the encoder row of a latent that is never selected although its pre-activation is positive on half of all rows. */
    private static final float DEAD_NORM = 0.01f;
    /** Bias of a latent that never fires if the sign decides. */
    private static final float DEAD_BIAS = -1000;

    private TrainingBenchmark() {}

    /**
     * Size of a benchmark.
     *
     * @param method the training method
     * @param dIn width of the activations
     * @param dSae number of latents
     * @param batch activations per step
     * @param l0 active latents per row
     * @param deadShare share of dead latents
     * @param product the product of the encoder
     */
    public record Case(
            TrainingMethod method, int dIn, int dSae, int batch, int l0, double deadShare, EncoderProduct product) {
        /** Checks the ranges. */
        public Case {
            if (!(deadShare >= 0 && deadShare < 1)) {
                throw new InvalidInputException(
                        "the share of dead latents is " + deadShare + ", expected 0 ≤ share < 1");
            }
            if (l0 < 1 || l0 > dSae) {
                throw new InvalidInputException(
                        "active latents per row are " + l0 + ", expected 1 to the " + dSae + " latents");
            }
        }

        private int deadCount() {
            return (int) (deadShare * dSae);
        }
    }

    /**
     * Results, medians over all counted rounds.
     *
     * @param stepSeconds time of a whole step
     * @param tokensPerSecond training speed
     * @param floorSeconds sum of the parts
     * @param floorParts seconds per part
     * @param ratioToFloor step divided by floor
     * @param encoderProduct the precision of the encoder's product
     * @param l0 measured active latents per row
     * @param memory memory of the steps; null on a GPU, whose memory is not part of the process
     */
    public record Report(
            @JsonProperty("step_seconds") double stepSeconds,
            @JsonProperty("tokens_per_second") double tokensPerSecond,
            @JsonProperty("floor_seconds") double floorSeconds,
            @JsonProperty("floor_parts") Map<String, Double> floorParts,
            @JsonProperty("ratio_to_floor") double ratioToFloor,
            @JsonProperty("encoder_product") String encoderProduct,
            @JsonProperty("l0") double l0,
            @JsonUnwrapped Memory memory) {}

    /**
     * Memory of training, without that of the program and before the floor is measured.
     *
     * @param bytes growth of the peak resident size
     * @param floorBytes parameters, Adam's moments, one [batch, d_sae] array and the activations of a batch
     * @param ratio bytes divided by floorBytes
     */
    public record Memory(
            @JsonProperty("training_peak_bytes") long bytes,
            @JsonProperty("training_floor_bytes") long floorBytes,
            @JsonProperty("memory_ratio_to_floor") double ratio) {}

    /**
     * Runs the benchmark on random activations.
     *
     * @param sizes the size
     * @param steps counted rounds
     * @param warmup warm-up rounds
     * @param device the device
     * @return the results
     */
    public static Report run(Case sizes, int steps, int warmup, Device device) {
        try (NDManager manager = TorchEngine.newManager(device);
                Autograd off = Autograd.off()) {
            settle(manager, sizes);
            List<NDArray> batches = batches(manager, sizes.batch(), sizes.dIn());
            // One batch of activations is counted as memory of training.
            long before = MemoryUse.residentBytes() - (long) sizes.batch() * sizes.dIn() * Float.BYTES;
            try (TrainingState state = state(manager, sizes)) {
                Stopwatch watch = new Stopwatch();
                double l0 = 0;
                for (int round = 0; round < Math.max(warmup, 2); round++) {
                    l0 = state.step(batches.get(round % BATCHES)).l0();
                }
                Memory memory = device.isGpu()
                        ? null
                        : memory(MemoryUse.peakResidentBytes() - before, sizes, state.parameters());
                try (TrainingFloor floor = state.isDense()
                        ? TrainingFloor.dense(manager, sizes)
                        : TrainingFloor.sparse(manager, sizes, (int) Math.round(l0))) {
                    for (int round = 0; round < warmup + steps; round++) {
                        NDArray x = batches.get(round % BATCHES);
                        boolean counted = round >= warmup;
                        watch.time(counted, () -> {
                            state.step(x);
                            Pending.await(manager);
                        });
                        floor.run(x, counted);
                    }
                    double step = watch.median();
                    Map<String, Double> parts = floor.medians();
                    double sum = parts.values().stream()
                            .mapToDouble(Double::doubleValue)
                            .sum();
                    return new Report(
                            step,
                            sizes.batch() / step,
                            sum,
                            parts,
                            step / sum,
                            state.encoderProduct().key(),
                            l0,
                            memory);
                }
            }
        }
    }

    /** Trains a small dictionary, so that fixed allocations of the engine and the JVM are not counted as memory of training. */
    private static void settle(NDManager manager, Case sizes) {
        Case small =
                new Case(sizes.method(), 16, sizes.dSae(), 256, sizes.l0(), sizes.deadShare(), EncoderProduct.FLOAT32);
        List<NDArray> batches = batches(manager, small.batch(), small.dIn());
        try (TrainingState state = state(manager, small)) {
            for (int i = 0; i < SETTLING; i++) {
                state.step(batches.get(i % BATCHES));
            }
        }
        batches.forEach(NDArray::close);
        fillHeap();
    }

    /**
     * Allocates garbage until the collector has run several times. The young generation of the JVM grows to its full size in any program and
     * would otherwise grow during the measurement.
     */
    private static void fillHeap() {
        System.gc(); // of start-up
        long enough = collections() + COLLECTIONS;
        List<byte[]> recent = new ArrayList<>();
        // Not every collector reports its number of collections.
        for (long made = 0; collections() < enough && made < MOST_GARBAGE; made += PIECE_OF_GARBAGE) {
            recent.add(new byte[PIECE_OF_GARBAGE]);
            if (recent.size() == 64) {
                recent.clear();
            }
        }
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    private static Memory memory(long bytes, Case sizes, DictionaryParameters p) {
        long parameters = p.arrays().stream().mapToLong(NDArray::size).sum();
        long numbers = 3 * parameters + (long) sizes.batch() * (sizes.dSae() + sizes.dIn());
        long floor = numbers * Float.BYTES;
        return new Memory(bytes, floor, (double) bytes / floor);
    }

    private static TrainingState state(NDManager manager, Case sizes) {
        OptimizerOptions usual = sizes.method().optimizer(sizes.dSae());
        TrainingPlan plan = new TrainingPlan(
                sizes.method(),
                sizes.dSae(),
                (long) Integer.MAX_VALUE * sizes.batch(),
                sizes.batch(),
                0,
                usual.learningRate(RATE),
                sizes.method().activeLatents() > 0 ? AuxiliaryLoss.standard() : AuxiliaryLoss.none(),
                DeadLatentRule.after(Long.MAX_VALUE / 2),
                !sizes.method().tied(),
                false,
                false);
        TrainingState state =
                new TrainingState(manager, plan, InitialDictionary.of(manager, plan, sizes.dIn(), sizes.dIn()));
        state.encoderProduct(EncoderProductMeasurement.choose(sizes.product(), manager, plan, sizes.dIn()));
        try (Scope scope = Scope.open()) {
            int dead = sizes.deadCount();
            float[] bias = new float[sizes.dSae()];
            float[] norm = new float[sizes.dSae()];
            double[] silent = new double[sizes.dSae()];
            // Pre-activations are normal with standard deviation 1: encoder rows have norm 1, and activations are
            // normal.
            double threshold = sizes.method() instanceof JumpReluTraining jumpRelu ? jumpRelu.initialThreshold() : 0;
            float shift = (float) (threshold - quantile(1 - (double) sizes.l0() / (sizes.dSae() - dead)));
            for (int latent = 0; latent < bias.length; latent++) {
                boolean isDead = latent < dead;
                boolean selects = sizes.method().activeLatents() > 0;
                bias[latent] = selects ? 0 : isDead ? DEAD_BIAS : shift;
                norm[latent] = selects && isDead ? DEAD_NORM : 1;
                silent[latent] = isDead ? Long.MAX_VALUE / 2 : 0;
            }
            Aten.copy_(state.parameters().encoderBias(), manager.create(bias));
            Aten.mul_(state.parameters().encoder(), manager.create(norm).reshape(-1, 1));
            Aten.copy_(state.dead().silentFor(), manager.create(silent));
            state.dead().restore(Long.MAX_VALUE / 2, 0);
        }
        return state;
    }

    /** Returns the quantile of the normal distribution, by bisection. */
    static double quantile(double share) {
        double low = -40;
        double high = 40;
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if (normalShare(middle) < share) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns Φ(z), by Simpson's rule from −12. */
    private static double normalShare(double z) {
        if (z <= -12) {
            return 0;
        }
        int pieces = 4000;
        double width = (z + 12) / pieces;
        double sum = density(-12) + density(z);
        for (int i = 1; i < pieces; i++) {
            sum += (i % 2 == 0 ? 2 : 4) * density(-12 + i * width);
        }
        return sum * width / 3;
    }

    private static double density(double z) {
        return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    }

    private static List<NDArray> batches(NDManager manager, int batch, int dIn) {
        List<NDArray> batches = new ArrayList<>();
        for (int i = 0; i < BATCHES; i++) {
            long seed = i;
            batches.add(Scope.detached(() -> Gaussian.array(manager, new Shape(batch, dIn), seed)));
        }
        return batches;
    }
}
