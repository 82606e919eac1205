package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.method.GatedTraining;
import dev.assay.train.method.StandardTraining;
import dev.assay.train.plan.DictionaryInitialization;
import dev.assay.train.plan.Plans;
import dev.assay.train.plan.Resampling;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DecoderConstraint;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.Parameter;
import dev.assay.train.spi.RateSchedule;
import dev.assay.train.spi.TrainingMethod;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DictionaryOptimizerTest {
    private static final int WIDTH = 5;

    private final NDManager manager = TorchEngine.newManager(Device.cpu());
    private final Autograd off = Autograd.off();
    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        off.close();
        manager.close();
    }

    private DictionaryParameters parameters(TrainingMethod method) {
        TrainingPlan plan = Plans.of(
                method,
                OptimizerOptions.of(1),
                Plans.revival(Resampling.none(), 0),
                DictionaryInitialization.standard());
        return InitialDictionary.of(manager, plan, WIDTH, WIDTH);
    }

    private DictionaryParameters gradients(DictionaryParameters p, long seed) {
        return p.map((parameter, array) -> Plans.random(manager, seed + parameter.ordinal(), (int) array.size(), 1)
                .reshape(array.getShape()));
    }

    private static double[] inner(NDArray a, NDArray b) {
        float[] products = a.mul(b).sum(new int[] {1}).toFloatArray();
        double[] result = new double[products.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = products[i];
        }
        return result;
    }

    private static OptimizerOptions options(DecoderConstraint constraint) {
        return OptimizerOptions.of(0.1)
                .schedule(RateSchedule.constant())
                .clipNorm(0)
                .decoder(constraint);
    }

    @ParameterizedTest
    @EnumSource(DecoderConstraint.class)
    void theDecoderIsKeptToItsConstraint(DecoderConstraint constraint) {
        for (TrainingMethod method : new TrainingMethod[] {StandardTraining.l1(1), StandardTraining.tied(1)}) {
            DictionaryParameters p = parameters(method);
            NDArray before = p.decoder().duplicate();
            DictionaryParameters g = gradients(p, 3);
            NDArray original = g.decoder().duplicate();
            // Of a tied row only a part of the inner product is handed over, as a step does.
            NDArray parallel = g.decoder().mul(before).sum(new int[] {1}).mul(method.tied() ? 0.3f : 1);
            try (DictionaryOptimizer optimizer = new DictionaryOptimizer(manager, options(constraint), p)) {
                optimizer.step(g, parallel, 0.1);
            }
            double[] left = inner(g.decoder(), before);
            double[] all = inner(original, before);
            float[] norms = Aten.rowNorms(p.decoder()).toFloatArray();
            double farthest = 0;
            for (int latent = 0; latent < left.length; latent++) {
                boolean removed = constraint.tangent();
                assertEquals(removed ? 0 : all[latent], left[latent], 1e-5);
                farthest = Math.max(farthest, Math.abs(norms[latent] - 1));
            }
            assertEquals(constraint == DecoderConstraint.FREE, farthest > 0.01, "farthest norm: " + farthest);
        }
    }

    /** A decoder may start with short rows: what is left along them must be rounding only, unless a trainer that leaves more is repeated. */
    @Test
    void whatIsLeftAlongAShortRow() {
        for (DecoderConstraint constraint :
                List.of(DecoderConstraint.UNIT_NORM_TANGENT, DecoderConstraint.UNIT_NORM_NEAR_TANGENT)) {
            DictionaryParameters p = parameters(StandardTraining.l1(1));
            Aten.mul_(p.decoder(), 0.01);
            NDArray before = p.decoder().duplicate();
            DictionaryParameters g = gradients(p, 3);
            NDArray parallel = g.decoder().mul(before).sum(new int[] {1});
            double[] all = inner(g.decoder(), before);
            try (DictionaryOptimizer optimizer = new DictionaryOptimizer(manager, options(constraint), p)) {
                optimizer.step(g, parallel, 0.1);
            }
            double[] left = inner(g.decoder(), before);
            double share = constraint == DecoderConstraint.UNIT_NORM_TANGENT ? 0 : 2e-4; // 1 − (n / (n + 1e-6))²
            for (int latent = 0; latent < left.length; latent++) {
                assertEquals(share * all[latent], left[latent], 1e-8);
            }
        }
    }

    @Test
    void clippingIsByTheCommonNorm() {
        for (double bound : new double[] {0, 0.5, 1e6}) {
            DictionaryParameters p = parameters(StandardTraining.l1(1));
            DictionaryParameters g = gradients(p, 3);
            double squares = 0;
            for (NDArray array : g.arrays()) {
                squares += array.square().sum().getFloat();
            }
            float first = g.encoder().getFloat(0, 0);
            OptimizerOptions options = options(DecoderConstraint.FREE).clipNorm(bound);
            try (DictionaryOptimizer optimizer = new DictionaryOptimizer(manager, options, p)) {
                double norm = optimizer.step(g, null, 0.1);
                assertEquals(Math.sqrt(squares), norm, 1e-4 * norm);
                double factor = bound == 0.5 ? bound / (norm + 1e-6) : 1;
                // The first moment after a step is (1 − β1) times the clipped gradient.
                float moment = optimizer.moments().get(0).encoder().getFloat(0, 0);
                assertEquals(0.1 * factor * first, moment, 1e-6);
            }
        }
    }

    /** a_t = (1 − β) Σ β^(t−i) w_i / (1 − β^t), once more in float64. */
    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.9, 0.999})
    void theAverageIsTheCorrectedSum(double decay) {
        DictionaryParameters p = parameters(StandardTraining.l1(1));
        OptimizerOptions options = options(DecoderConstraint.FREE).averageDecay(decay);
        try (DictionaryOptimizer optimizer = new DictionaryOptimizer(manager, options, p)) {
            assertEquals(p, optimizer.trained());
            double[] sum = new double[(int) p.encoder().size()];
            for (int step = 1; step <= 20; step++) {
                optimizer.step(gradients(p, 100 * step), null, 0.1);
                float[] weights = p.encoder().toFloatArray();
                float[] averages = optimizer.trained().encoder().toFloatArray();
                for (int i = 0; i < sum.length; i++) {
                    sum[i] = decay * sum[i] + (1 - decay) * weights[i];
                    assertEquals(sum[i] / (1 - Math.pow(decay, step)), averages[i], 2e-5);
                }
            }
        }
    }

    @Test
    void averagedRowsReturnToTheConstraint() {
        DictionaryParameters p = parameters(StandardTraining.l1(1));
        OptimizerOptions options = options(DecoderConstraint.UNIT_NORM).averageDecay(0.9);
        try (DictionaryOptimizer optimizer = new DictionaryOptimizer(manager, options, p)) {
            for (int step = 1; step <= 5; step++) {
                optimizer.step(gradients(p, 100 * step), null, 0.1);
            }
            for (float norm : Aten.rowNorms(optimizer.trained().decoder()).toFloatArray()) {
                assertEquals(1, norm, 1e-6);
            }
        }
    }

    @Test
    void withoutAnAverageTheWeightsAreTrained() {
        DictionaryParameters p = parameters(StandardTraining.l1(1));
        try (DictionaryOptimizer optimizer = new DictionaryOptimizer(manager, options(DecoderConstraint.FREE), p)) {
            optimizer.step(gradients(p, 1), null, 0.1);
            assertEquals(p, optimizer.trained());
            assertEquals(true, optimizer.average().isEmpty());
        }
    }

    @Test
    void aRestartForgetsSomeLatentsOnly() {
        DictionaryParameters p = parameters(new GatedTraining(1, GatedTraining.Auxiliary.ATTACHED, false));
        OptimizerOptions options = options(DecoderConstraint.FREE).averageDecay(0.9);
        try (DictionaryOptimizer optimizer = new DictionaryOptimizer(manager, options, p)) {
            for (int step = 1; step <= 3; step++) {
                optimizer.step(gradients(p, step), null, 0.1);
            }
            DictionaryParameters moments = optimizer.moments().get(1);
            DictionaryParameters before = moments.map((parameter, array) -> array.duplicate());
            DictionaryParameters average = optimizer.trained();
            NDArray latents = manager.create(new long[] {2, 5});
            optimizer.restart(latents);
            DictionaryParameters restarted = optimizer.trained();
            for (Parameter parameter : p.names()) {
                NDArray expected = before.get(parameter).duplicate();
                NDArray expectedAverage = average.get(parameter).duplicate();
                if (parameter.isOfLatents()) {
                    NDArray weights = Aten.indexSelect(p.get(parameter), 0, latents);
                    Aten.indexCopy_(expected, 0, latents, weights.zerosLike());
                    Aten.indexCopy_(expectedAverage, 0, latents, weights);
                }
                assertArrayEquals(
                        expected.toFloatArray(), moments.get(parameter).toFloatArray());
                assertArrayEquals(
                        expectedAverage.toFloatArray(), restarted.get(parameter).toFloatArray(), 1e-6f);
            }
        }
    }
}
