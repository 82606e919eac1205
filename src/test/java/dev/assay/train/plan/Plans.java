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
import dev.assay.train.method.TopKTraining;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.TrainingMethod;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Small plans and arrays for tests of options. */
public final class Plans {
    public static final int LATENTS = 24;
    public static final int BATCH = 32;

    private Plans() {}

    /** Returns one instance per method. */
    public static Stream<TrainingMethod> methods() {
        return Stream.of(
                new TopKTraining(TopK.of(4)),
                BatchTopKTraining.of(3.5),
                MatryoshkaTraining.of(3, List.of(8, LATENTS)),
                StandardTraining.l1(0.1),
                StandardTraining.normWeighted(0.1),
                StandardTraining.tied(0.1),
                PAnnealingTraining.of(0.1),
                new GatedTraining(0.1, GatedTraining.Auxiliary.ATTACHED, false),
                JumpReluTraining.of(new JumpReluPenalty.Step(0.1)).withBandwidth(0.1, 0.05));
    }

    /** Returns a plan of ten steps with the given options. */
    public static TrainingPlan of(
            TrainingMethod method,
            OptimizerOptions optimizer,
            DeadLatentOptions revival,
            DictionaryInitialization start) {
        return new TrainingPlan(
                method,
                LATENTS,
                10L * BATCH,
                BATCH,
                7,
                optimizer,
                SparsitySchedule.none(),
                revival,
                start,
                !method.tied(),
                false,
                Target.INPUT);
    }

    public static DeadLatentOptions revival(Resampling resampling, double ghostCoefficient) {
        return new DeadLatentOptions(AuxiliaryLoss.none(), DeadLatentRule.after(1000), resampling, ghostCoefficient);
    }

    public static NDArray random(NDManager manager, long seed, int rows, int columns) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, new Shape(rows, columns));
    }

    /** Marks the first latents as dead and the others as active. */
    public static void kill(TrainingState state, int dead) {
        NDArray silent = state.dead().silentFor();
        float[] tokens = new float[LATENTS];
        for (int i = 0; i < dead; i++) {
            tokens[i] = 5000;
        }
        Aten.copy_(silent, silent.getManager().create(tokens));
        state.dead().restore(10_000, 0);
    }
}
