package dev.assay.model.training;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.HookPoint;
import java.util.List;

/**
 * A term that training adds to the next-token loss, times a weight.
 *
 * <p>The term is computed while gradients are recorded; PyTorch differentiates it.
 */
public interface LossTerm {
    /** {@return a name for the progress, unique in a run} */
    String name();

    /** {@return the sites whose activations the term reads; none by default} */
    default List<HookPoint> hookPoints() {
        return List.of();
    }

    /**
     * Computes the term of a batch.
     *
     * @param context logits, activations and tokens of the batch
     * @return a scalar; gradients must flow. {@link LossTermContext#zero()} if the term does not apply to the batch
     */
    NDArray loss(LossTermContext context);
}
