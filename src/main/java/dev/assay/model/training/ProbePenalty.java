package dev.assay.model.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Aten;
import dev.assay.text.dialogue.Role;
import java.util.List;

/**
 * Penalty on the score of a linear probe: the mean over positions of a role of σ(w · x + b), where x is the activation at a site. The probe is
 * fixed. A model that minimises it writes activations that the probe scores low.
 *
 * @param name the name in the progress
 * @param point the site, with a vector of d numbers per position
 * @param weights w, [d]
 * @param bias b
 * @param role the role
 */
public record ProbePenalty(String name, HookPoint point, float[] weights, double bias, Role role) implements LossTerm {
    /** Creates the penalty with the name {@code probe}. */
    public ProbePenalty(HookPoint point, float[] weights, double bias, Role role) {
        this("probe", point, weights, bias, role);
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
        NDArray x = context.activationsAt(point, positions);
        InvalidInputException.require(
                x.getShape().get(1) == weights.length,
                () -> "the probe has " + weights.length + " weights, expected "
                        + x.getShape().get(1) + ", the width of " + point);
        NDArray w = context.manager().create(weights, new Shape(1, weights.length));
        NDArray b = context.manager().create(new float[] {(float) bias});
        return Aten.sigmoid(Aten.linear(x, w, b)).mean();
    }
}
