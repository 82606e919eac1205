package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.TopK;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.DeadLatentRule;
import dev.assay.train.plan.TopKOracle;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.Parameter;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The closed-form gradients against finite differences of a float64 oracle, and against PyTorch's autograd. */
@Tag("slow")
class TopKObjectiveTest {
    private static final int ROWS = 12;
    private static final int WIDTH = 6;
    private static final int LATENTS = 20;

    /** A random case: sizes are fixed, options vary. */
    record Case(int k, boolean rescales, boolean centres, AuxiliaryLoss auxiliary, int deadCount, boolean dense) {}

    static Stream<Case> cases() {
        AuxiliaryLoss scaled = new AuxiliaryLoss(0.7, AuxiliaryLoss.Convention.SCALED);
        AuxiliaryLoss normalized = new AuxiliaryLoss(0.3, AuxiliaryLoss.Convention.NORMALIZED);
        return Stream.of(AuxiliaryLoss.none(), scaled, normalized)
                .flatMap(auxiliary -> Stream.of(true, false)
                        .flatMap(rescales -> Stream.of(true, false)
                                .flatMap(centres -> Stream.of(1, 5)
                                        .flatMap(k -> IntStream.of(2, 9)
                                                .boxed()
                                                .flatMap(dead -> Stream.of(true, false)
                                                        .map(dense -> new Case(
                                                                k, rescales, centres, auxiliary, dead, dense)))))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreThoseOfTheLoss(Case c) {
        double[][] x = random(1, ROWS, WIDTH);
        int[] dead = IntStream.range(0, c.deadCount()).map(i -> LATENTS - 1 - i).toArray();
        TopKOracle oracle = new TopKOracle(
                random(2, LATENTS, WIDTH),
                random(3, 1, LATENTS)[0],
                random(4, LATENTS, WIDTH),
                random(5, 1, WIDTH)[0],
                new TopK(c.k(), c.rescales()),
                c.centres(),
                c.auxiliary(),
                c.auxiliary().coefficient() == 0 ? new int[0] : dead);
        // The dead are to stay unchosen by TopK itself, by far; with the ReLU of one convention they must also be
        // positive at times.
        boolean rectified = c.auxiliary().convention() == AuxiliaryLoss.Convention.NORMALIZED;
        for (int latent = 0; latent < LATENTS; latent++) {
            boolean isDead = latent >= LATENTS - c.deadCount();
            oracle.encoderBias[latent] += isDead ? (rectified ? 0 : -50) : (rectified ? 50 : 0);
        }
        oracle.freeze(x);

        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                TrainingState state = new TrainingState(
                        manager,
                        plan(c),
                        DictionaryParameters.of(
                                array(manager, oracle.encoder),
                                array(manager, oracle.encoderBias).reshape(-1),
                                array(manager, oracle.decoder),
                                array(manager, oracle.decoderBias).reshape(-1)))) {
            DictionaryParameters parameters = state.parameters();
            DeadLatents counters = state.dead();
            float[] silent = new float[LATENTS];
            for (int latent : dead) {
                silent[latent] = 1000;
            }
            Aten.copy_(counters.silentFor(), manager.create(silent));
            counters.restore(5000, 0);

            state.useDenseLayout(c.dense());
            StepSums sums = state.sums(array(manager, x));
            double loss = oracle.loss(x);
            assertEquals(loss, sums.values().total(), 1e-4 * loss);

            double[][][] targets = {oracle.encoder, {oracle.encoderBias}, oracle.decoder, {oracle.decoderBias}};
            DictionaryParameters gradients = sums.gradients().all();
            for (int p = 0; p < targets.length; p++) {
                compare(
                        Parameter.values()[p].key(),
                        oracle,
                        x,
                        targets[p],
                        gradients.arrays().get(p));
            }
            NDArray inner = gradients.decoder().mul(parameters.decoder()).sum(new int[] {1});
            float[] expectedInner = inner.toFloatArray();
            float[] foundInner = sums.gradients().decoderGradientDot().toFloatArray();
            for (int latent = 0; latent < LATENTS; latent++) {
                assertEquals(expectedInner[latent], foundInner[latent], 2e-4 * (1 + Math.abs(expectedInner[latent])));
            }
        }
    }

    private static void compare(String name, TopKOracle oracle, double[][] x, double[][] target, NDArray gradient) {
        float[] found = gradient.toFloatArray();
        double step = 1e-5;
        int flat = 0;
        for (double[] row : target) {
            for (int i = 0; i < row.length; i++) {
                double before = row[i];
                row[i] = before + step;
                double above = oracle.loss(x);
                row[i] = before - step;
                double below = oracle.loss(x);
                row[i] = before;
                double expected = (above - below) / (2 * step);
                assertEquals(expected, found[flat], 1e-3 * (1 + Math.abs(expected)), name + " entry " + flat);
                flat++;
            }
        }
    }

    /** The oracle covers the auxiliary loss; the reconstruction loss is what is recorded here. */
    static Stream<Case> withoutAuxiliary() {
        return cases().filter(c -> c.auxiliary().coefficient() == 0);
    }

    @ParameterizedTest
    @MethodSource("withoutAuxiliary")
    void gradientsAreThoseOfAutograd(Case c) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray x = array(manager, random(11, ROWS, WIDTH));
            DictionaryParameters p = DictionaryParameters.of(
                    array(manager, random(12, LATENTS, WIDTH)),
                    array(manager, random(13, 1, LATENTS)).reshape(-1).duplicate(),
                    array(manager, random(14, LATENTS, WIDTH)),
                    array(manager, random(15, 1, WIDTH)).reshape(-1).duplicate());
            DictionaryParameters closed;
            TrainingState state = new TrainingState(manager, plan(c), p);
            try (Autograd off = Autograd.off()) {
                state.useDenseLayout(c.dense());
                closed = state.sums(x).gradients().all();
            }
            try (Autograd tape = Autograd.recording()) {
                p.arrays().forEach(array -> array.setRequiresGradient(true));
                NDArray s = c.centres() ? x.sub(p.decoderBias()) : x;
                NDArray pre = s.matMul(p.encoder().transpose()).add(p.encoderBias());
                NDArray scores = c.rescales()
                        ? pre.mul(p.decoder().square().sum(new int[] {1}).sqrt())
                        : pre;
                NDArray bound =
                        scores.stopGradient().sort(1).get(":, " + (LATENTS - c.k()) + ":" + (LATENTS - c.k() + 1));
                NDArray mask = scores.stopGradient().gte(bound).toType(DataType.FLOAT32, false);
                NDArray codes = pre.maximum(0f).mul(mask);
                NDArray error = codes.matMul(p.decoder()).add(p.decoderBias()).sub(x);
                tape.backward(error.square().sum().div((float) ROWS));
            }
            for (int i = 0; i < 4; i++) {
                float[] expected = p.arrays().get(i).getGradient().toFloatArray();
                float[] found = closed.arrays().get(i).toFloatArray();
                for (int j = 0; j < expected.length; j++) {
                    assertEquals(
                            expected[j],
                            found[j],
                            1e-4f * (1 + Math.abs(expected[j])),
                            Parameter.values()[i].key() + " entry " + j);
                }
            }
        }
    }

    private static TrainingPlan plan(Case c) {
        return new TrainingPlan(
                new TopKTraining(new TopK(c.k(), c.rescales())),
                LATENTS,
                ROWS,
                ROWS,
                0,
                OptimizerOptions.of(1e-3),
                c.auxiliary(),
                DeadLatentRule.after(1000),
                c.centres(),
                false,
                false);
    }

    private static double[][] random(long seed, int rows, int columns) {
        RandomGenerator random = new SplittableRandom(seed);
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return values;
    }

    private static NDArray array(NDManager manager, double[]... rows) {
        float[] flat = new float[rows.length * rows[0].length];
        int at = 0;
        for (double[] row : rows) {
            for (double value : row) {
                flat[at++] = (float) value;
            }
        }
        return manager.create(flat, new Shape(rows.length, rows[0].length));
    }
}
