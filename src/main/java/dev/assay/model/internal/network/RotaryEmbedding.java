package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.model.config.PositionEncoding;
import dev.assay.model.config.RotaryScaling;
import dev.assay.tensor.Scope;

/** The rotary embedding of some blocks. */
final class RotaryEmbedding {
    private final PositionEncoding.Rotary rotary;
    private final NDManager manager;
    private final NDArray inverse; // [r/2]

    /** Creates the embedding; the manager owns its frequencies. */
    RotaryEmbedding(PositionEncoding.Rotary rotary, NDManager manager) {
        this.rotary = rotary;
        this.manager = manager;
        this.inverse = Scope.detached(() -> manager.create(RotaryFrequencies.inverse(rotary, 0)));
    }

    /** Returns the rotary table of the positions of a run. */
    RotaryTable at(SequenceGeometry geometry) {
        return RotaryTable.of(
                geometry.positions(), frequencies(geometry), rotary.scaling().attentionFactor());
    }

    /** Returns the number of tokens up to which the rotation of a position does not depend on the length of the text. */
    int longestFixed() {
        return rotary.scaling() instanceof RotaryScaling.Dynamic dynamic ? dynamic.context() : Integer.MAX_VALUE;
    }

    private NDArray frequencies(SequenceGeometry geometry) {
        return rotary.scaling() instanceof RotaryScaling.Dynamic
                ? manager.create(RotaryFrequencies.inverse(rotary, geometry.longest()))
                : inverse;
    }
}
