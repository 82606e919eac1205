package dev.assay.experiment.sidetask;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.training.LossTerm;
import dev.assay.model.training.LossTermContext;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.text.dialogue.Role;
import java.util.List;

/**
 * Penalty on the score of a monitor of features: the mean over positions of a role of {@code σ(v · relu(W x + b) + a)}, where W and b are the
 * encoder of the monitored features, v and a the monitor. The encoder is fixed. The rule that selects the active latents of a token is left
 * out, so that latents below it have gradients too.
 */
final class FeaturePenalty implements LossTerm {
    private final HookPoint point;
    private final float[] encoder; // [k, d]
    private final float[] bias; // [k]
    private final float[] weights; // [k]
    private final float intercept;
    private final Role role;

    private FeaturePenalty(
            HookPoint point, float[] encoder, float[] bias, float[] weights, float intercept, Role role) {
        this.point = point;
        this.encoder = encoder;
        this.bias = bias;
        this.weights = weights;
        this.intercept = intercept;
        this.role = role;
    }

    /**
     * Reads the encoder of a dictionary, which must not normalise its input.
     *
     * @param point the site
     * @param dictionary the dictionary of the monitor
     * @param monitor the monitor
     * @param role the role of the penalised positions
     */
    static FeaturePenalty of(
            HookPoint point, SparseAutoencoder dictionary, LinearMonitorInput.Trained monitor, Role role) {
        int[] latents = monitor.columns();
        int width = dictionary.dIn();
        try (Scope scope = Scope.open();
                NDManager manager = dictionary.encoder().getManager().newSubManager()) {
            float[] all = dictionary.encoder().toFloatArray();
            float[] atZero = dictionary
                    .preActivations(manager.zeros(new Shape(1, width)))
                    .toFloatArray();
            float[] encoder = new float[latents.length * width];
            float[] bias = new float[latents.length];
            float[] weights = new float[latents.length];
            for (int i = 0; i < latents.length; i++) {
                System.arraycopy(all, latents[i] * width, encoder, i * width, width);
                bias[i] = atZero[latents[i]];
                weights[i] = (float) monitor.probe().weights()[i];
            }
            return new FeaturePenalty(
                    point, encoder, bias, weights, (float) monitor.probe().intercept(), role);
        }
    }

    @Override
    public String name() {
        return "features";
    }

    @Override
    public List<HookPoint> hookPoints() {
        return List.of(point);
    }

    @Override
    public NDArray loss(LossTermContext context) {
        long[] positions = context.positions(role);
        if (positions.length == 0) {
            return context.zero();
        }
        NDManager manager = context.manager();
        NDArray x = context.activationsAt(point, positions);
        NDArray w = manager.create(encoder, new Shape(bias.length, encoder.length / bias.length));
        NDArray features = Aten.relu(Aten.linear(x, w, manager.create(bias)));
        NDArray v = manager.create(weights, new Shape(1, weights.length));
        return Aten.sigmoid(Aten.linear(features, v, manager.create(new float[] {intercept})))
                .mean();
    }
}
