package dev.assay.experiment.sidetask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.Site;
import dev.assay.model.training.LossTermContext;
import dev.assay.model.training.TokenRows;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.dialogue.Role;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MonitorPenaltyTest {
    private static final HookPoint POINT = HookPoint.residPost(0);
    private static final int WIDTH = 3;
    private static final int LATENTS = 5;
    private static final int[] COLUMNS = {1, 4};
    private static final double[] MONITOR = {1.5, -2};
    private static final double INTERCEPT = 0.25;
    private static final double NEGATIVE_MEAN = -0.5;

    private final float[] encoder = numbers(LATENTS * WIDTH, 1);
    private final float[] bias = numbers(LATENTS, 2);
    private final float[] activations = numbers(3 * WIDTH, 3);

    private static float[] numbers(int count, long seed) {
        Random random = new Random(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    /** Returns log(1 + exp(score − mean of negative documents)) of the monitor of features at a position. */
    private double penalty(int position) {
        double score = INTERCEPT - NEGATIVE_MEAN;
        for (int i = 0; i < COLUMNS.length; i++) {
            double feature = bias[COLUMNS[i]];
            for (int j = 0; j < WIDTH; j++) {
                feature += encoder[COLUMNS[i] * WIDTH + j] * activations[position * WIDTH + j];
            }
            score += MONITOR[i] * Math.max(0, feature);
        }
        return Math.log1p(Math.exp(score));
    }

    @Test
    void penaltyOfFeaturesIsTheMeanOverTheRoleWithItsGradient() {
        Role[] roles = {Role.USER, Role.ASSISTANT, Role.ASSISTANT, Role.ASSISTANT};
        TokenRows rows = new TokenRows(1, 4, new long[4], new float[4], roles);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                SparseAutoencoder dictionary = dictionary(manager)) {
            MonitorPenalty penalty = MonitorPenalty.ofFeatures(
                    POINT,
                    dictionary,
                    new LinearMonitorInput.Trained(
                            "features", COLUMNS, new LinearProbe(MONITOR, INTERCEPT), NEGATIVE_MEAN),
                    Role.ASSISTANT);
            try (Autograd gradients = Autograd.recording();
                    ActivationCache cache = new ActivationCache()) {
                NDArray x = manager.create(activations, new Shape(1, 3, WIDTH));
                x.setRequiresGradient(true);
                cache.put(x, new Site(POINT, rows.toArray(manager), manager.ones(new Shape(1, 4))));
                NDArray loss = penalty.loss(new LossTermContext(manager.zeros(new Shape(1, 3, 2)), rows, cache));
                // The model reads three tokens, of which the last two are of the role.
                assertEquals((penalty(1) + penalty(2)) / 2, loss.getFloat(), 1e-5);
                gradients.backward(loss);
                assertArrayEquals(expectedGradient(), x.getGradient().toFloatArray(), 5e-4f);
            }
        }
    }

    @Test
    void penaltyOfActivationsReadsTheColumnsOfTheProbe() {
        Role[] roles = {Role.ASSISTANT, Role.USER, Role.USER, Role.USER};
        TokenRows rows = new TokenRows(1, 4, new long[4], new float[4], roles);
        LinearMonitorInput.Trained probe = new LinearMonitorInput.Trained(
                "activations", new int[] {0, 2}, new LinearProbe(MONITOR, INTERCEPT), NEGATIVE_MEAN);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                ActivationCache cache = new ActivationCache()) {
            NDArray x = manager.create(activations, new Shape(1, 3, WIDTH));
            cache.put(x, new Site(POINT, rows.toArray(manager), manager.ones(new Shape(1, 4))));
            double score = INTERCEPT - NEGATIVE_MEAN + MONITOR[0] * activations[0] + MONITOR[1] * activations[2];
            NDArray loss = MonitorPenalty.ofActivations(POINT, probe, Role.ASSISTANT, WIDTH)
                    .loss(new LossTermContext(manager.zeros(new Shape(1, 3, 2)), rows, cache));
            assertEquals(Math.log1p(Math.exp(score)), loss.getFloat(), 1e-5);
        }
    }

    private float[] expectedGradient() {
        float[] gradient = new float[activations.length];
        for (int i = WIDTH; i < gradient.length; i++) {
            float value = activations[i];
            double step = 1e-3;
            activations[i] = (float) (value + step);
            double above = penalty(1) + penalty(2);
            activations[i] = (float) (value - step);
            double below = penalty(1) + penalty(2);
            activations[i] = value;
            gradient[i] = (float) ((above - below) / (2 * step) / 2);
        }
        return gradient;
    }

    private SparseAutoencoder dictionary(NDManager manager) {
        return SparseAutoencoder.builder()
                .architecture(TopK.of(2))
                .weights(new Weights(
                        manager.create(encoder, new Shape(LATENTS, WIDTH)),
                        manager.create(bias),
                        manager.create(Arrays.copyOf(encoder, encoder.length), new Shape(LATENTS, WIDTH)),
                        manager.zeros(new Shape(WIDTH))))
                .metadata(SaeMetadata.builder().hookName(POINT.name()).build())
                .build();
    }
}
