package dev.assay.train.plan;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.TopK;
import dev.assay.tensor.Aten;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.GatedTraining;
import dev.assay.train.method.JumpReluPenalty;
import dev.assay.train.method.JumpReluTraining;
import dev.assay.train.method.MatryoshkaTraining;
import dev.assay.train.method.PAnnealingTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.method.ThresholdRule;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.TrainingMethod;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** A small random dictionary of a method, for tests over all methods and options. */
public record MethodCase(TrainingMethod method, Target target, boolean centres, boolean dense) {
    public static final int ROWS = 11;
    public static final int D_IN = 6;
    public static final int LATENTS = 14;

    /** Returns every method with every option: sparse and dense, with and without centring, and both kinds of transcoders. */
    public static Stream<MethodCase> all() {
        return methods().flatMap(method -> {
            Stream<MethodCase> own = method.tied()
                    ? Stream.of(new MethodCase(method, Target.INPUT, false, false))
                    : Stream.of(
                            new MethodCase(method, Target.INPUT, false, false),
                            new MethodCase(method, Target.INPUT, true, false),
                            new MethodCase(method, Target.OTHER_SITE, false, false),
                            new MethodCase(method, Target.OTHER_SITE_WITH_SKIP, false, false));
            return own.flatMap(sparse -> sparse.selectsOverBatch()
                    ? Stream.of(sparse)
                    : Stream.of(sparse, new MethodCase(method, sparse.target, sparse.centres, true)));
        });
    }

    static Stream<TrainingMethod> methods() {
        ThresholdRule rule = ThresholdRule.standard();
        BatchTopKTraining rescaled = new BatchTopKTraining(2.5, true, rule);
        return Stream.of(
                new TopKTraining(TopK.of(3)),
                new TopKTraining(new TopK(3, true), rule),
                BatchTopKTraining.of(2.5),
                rescaled,
                MatryoshkaTraining.of(3, List.of(4, 9, LATENTS)),
                new MatryoshkaTraining(rescaled, List.of(5, LATENTS), List.of(0.3, 0.7)),
                StandardTraining.l1(0.3),
                StandardTraining.normWeighted(0.3),
                new StandardTraining(0.3, 0.5, true, false),
                new StandardTraining(0.3, 2, false, false),
                StandardTraining.tied(0.4),
                new PAnnealingTraining(0.3, 0.7, 0.2, false, 0, 1, 3, 2),
                new PAnnealingTraining(0.3, 0.6, 0.2, true, 0, 1, 3, 2),
                GatedTraining.of(0.3),
                new GatedTraining(0.3, GatedTraining.Auxiliary.ATTACHED, true),
                jump(new JumpReluPenalty.Step(0.2), JumpReluTraining.Threshold.LOGARITHM),
                jump(new JumpReluPenalty.Tanh(0.2, 3), JumpReluTraining.Threshold.LOGARITHM),
                jump(new JumpReluPenalty.Target(2, 3, false), JumpReluTraining.Threshold.RAW),
                jump(new JumpReluPenalty.Target(2, 3, true), JumpReluTraining.Threshold.RAW_UNBOUNDED));
    }

    private static JumpReluTraining jump(JumpReluPenalty penalty, JumpReluTraining.Threshold threshold) {
        return new JumpReluTraining(penalty, 0.9, threshold, 0.5, 0.2);
    }

    /** Whether the codes of a row depend on this row alone. */
    public boolean selectsPerRow() {
        return !selectsOverBatch();
    }

    private boolean selectsOverBatch() {
        return method instanceof BatchTopKTraining || method instanceof MatryoshkaTraining;
    }

    int dOut() {
        return target == Target.INPUT ? D_IN : D_IN - 1;
    }

    /** Returns the dead latents, which never fire. */
    public int[] dead() {
        return method instanceof JumpReluTraining ? new int[] {3, 8} : new int[0];
    }

    TrainingPlan plan() {
        return new TrainingPlan(
                method,
                LATENTS,
                ROWS,
                ROWS,
                0,
                OptimizerOptions.of(1e-3),
                SparsitySchedule.none(),
                DeadLatentOptions.of(AuxiliaryLoss.none(), DeadLatentRule.after(1000)),
                DictionaryInitialization.standard().decoderBias(DictionaryInitialization.DecoderBias.ZERO),
                centres,
                false,
                target);
    }

    /** Returns random parameters of the method; vectors are one row. */
    Map<Parameter, double[][]> parameters() {
        Map<Parameter, double[][]> all = new EnumMap<>(Parameter.class);
        all.put(Parameter.ENCODER, random(2, LATENTS, D_IN));
        all.put(Parameter.ENCODER_BIAS, random(3, 1, LATENTS));
        if (!method.tied()) {
            all.put(Parameter.DECODER, random(4, LATENTS, dOut()));
            all.put(Parameter.DECODER_BIAS, random(5, 1, dOut()));
        }
        if (target == Target.OTHER_SITE_WITH_SKIP) {
            all.put(Parameter.SKIP, random(6, dOut(), D_IN));
        }
        method.extras().forEach((parameter, start) -> {
            double[][] near = random(7 + parameter.ordinal(), 1, LATENTS);
            double spread = parameter == Parameter.THRESHOLD ? 0.2 : 0.5;
            near[0] = Arrays.stream(near[0])
                    .map(value -> (float) (start + spread * value))
                    .toArray();
            all.put(parameter, near);
        });
        for (int latent : dead()) {
            all.get(Parameter.ENCODER_BIAS)[0][latent] = -20;
        }
        return all;
    }

    public double[][] x() {
        return random(11, ROWS, D_IN);
    }

    public double[][] targetRows() {
        return target == Target.INPUT ? x() : random(12, ROWS, dOut());
    }

    /** Returns the input of a step; for a transcoder, the concatenation of both sites along columns. */
    public NDArray batch(NDManager manager) {
        NDArray input = array(manager, x());
        return target == Target.INPUT ? input : input.concat(array(manager, targetRows()), 1);
    }

    /** Returns a training state with these parameters, where the dead latents have been silent long enough to count as dead. */
    public TrainingState state(NDManager manager) {
        Map<Parameter, NDArray> arrays = new EnumMap<>(Parameter.class);
        parameters().forEach((parameter, rows) -> {
            NDArray all = array(manager, rows);
            boolean vector = rows.length == 1;
            arrays.put(parameter, vector ? all.reshape(all.size()) : all);
        });
        TrainingState state = new TrainingState(manager, plan(), new DictionaryParameters(arrays));
        if (!selectsOverBatch()) {
            state.useDenseLayout(dense);
        }
        float[] silent = new float[LATENTS];
        Arrays.stream(dead()).forEach(latent -> silent[latent] = 1000);
        Aten.copy_(state.dead().silentFor(), manager.create(silent));
        state.dead().restore(5000, 0);
        return state;
    }

    public LossOracle oracle() {
        LossOracle oracle = new LossOracle(method, centres, parameters(), x(), targetRows(), dead());
        oracle.freeze();
        return oracle;
    }

    static double[][] random(long seed, int rows, int columns) {
        RandomGenerator random = new SplittableRandom(seed);
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return values;
    }

    public static NDArray array(NDManager manager, double[]... rows) {
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
