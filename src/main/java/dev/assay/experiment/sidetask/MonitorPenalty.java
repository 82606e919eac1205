package dev.assay.experiment.sidetask;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
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
 * Penalty on the score of a fixed monitor: the mean over positions of a role of {@code log(1 + exp(s − m))}, where s is the score of the
 * activation at the position and m the mean score of documents without the side task. Scores below zero but above m would still rank answers
 * with the side task first. The logistic function of s would have no gradient at the large scores of a monitor of separable documents.
 */
final class MonitorPenalty implements LossTerm {
    private final HookPoint point;
    private final Role role;
    private final Score score;

    private MonitorPenalty(HookPoint point, Role role, Score score) {
        this.point = point;
        this.role = role;
        this.score = score;
    }

    /** Computes the scores [n, 1] of activations [n, d]. */
    private interface Score {
        NDArray of(NDArray x, NDManager manager);
    }

    /**
     * Creates the penalty of a linear probe of activations: {@code s = v · x + a}.
     *
     * @param point the site
     * @param monitor the probe
     * @param role the role of the penalised positions
     * @param width the width d of the site
     */
    static MonitorPenalty ofActivations(HookPoint point, LinearMonitorInput.Trained monitor, Role role, int width) {
        float[] weights = new float[width];
        int[] columns = monitor.columns();
        for (int i = 0; i < columns.length; i++) {
            weights[columns[i]] = (float) monitor.probe().weights()[i];
        }
        Layer probe = new Layer(weights, new float[] {offset(monitor)});
        return new MonitorPenalty(point, role, probe::of);
    }

    /**
     * Creates the penalty of a monitor of features: {@code s = v · relu(W x + b) + a}, where W and b are the encoder of the monitored features. The
     * rule that selects the active latents of a token is left out, so that latents below it have gradients too.
     *
     * @param point the site
     * @param dictionary the dictionary, which must not normalise its input
     * @param monitor the monitor
     * @param role the role of the penalised positions
     */
    static MonitorPenalty ofFeatures(
            HookPoint point, SparseAutoencoder dictionary, LinearMonitorInput.Trained monitor, Role role) {
        int[] latents = monitor.columns();
        int width = dictionary.dIn();
        float[] encoder = new float[latents.length * width];
        float[] bias = new float[latents.length];
        float[] weights = new float[latents.length];
        try (Scope scope = Scope.open();
                NDManager manager = dictionary.encoder().getManager().newSubManager()) {
            float[] all = dictionary.encoder().toFloatArray();
            float[] atZero = dictionary
                    .preActivations(manager.zeros(new Shape(1, width)))
                    .toFloatArray();
            for (int i = 0; i < latents.length; i++) {
                System.arraycopy(all, latents[i] * width, encoder, i * width, width);
                bias[i] = atZero[latents[i]];
                weights[i] = (float) monitor.probe().weights()[i];
            }
        }
        Layer features = new Layer(encoder, bias);
        Layer probe = new Layer(weights, new float[] {offset(monitor)});
        return new MonitorPenalty(point, role, (x, manager) -> probe.of(Aten.relu(features.of(x, manager)), manager));
    }

    private static float offset(LinearMonitorInput.Trained monitor) {
        return (float) (monitor.probe().intercept() - monitor.negativeMean());
    }

    /**
     * A linear layer.
     *
     * @param weights [out, in], row after row
     * @param bias [out]
     */
    private record Layer(float[] weights, float[] bias) {
        NDArray of(NDArray x, NDManager manager) {
            Shape shape = new Shape(bias.length, weights.length / bias.length);
            return Aten.linear(x, manager.create(weights, shape), manager.create(bias));
        }
    }

    @Override
    public String name() {
        return "monitor";
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
        NDArray scores = score.of(context.activationsAt(point, positions), manager);
        // log(1 + exp(s)) is the cross-entropy of the logits (0, s) with the first class.
        NDArray logits = NDArrays.concat(new NDList(manager.zeros(scores.getShape()), scores), 1);
        return Aten.crossEntropy(logits, Aten.longs(manager, new long[positions.length]))
                .mean();
    }
}
