package dev.assay.model.internal.network;

import ai.djl.ndarray.NDManager;
import dev.assay.model.config.PositionEncoding;

/**
 * The rotary tables of one run.
 *
 * @param full for blocks with full attention; null when positions are learned
 * @param windowed for blocks with an attention window; null when positions are learned
 */
public record RotaryTables(RotaryTable full, RotaryTable windowed) {
    RotaryTable of(boolean seesWindow) {
        return seesWindow ? windowed : full;
    }

    /** The rotary embeddings of a model. Both are null when positions are learned; they are the same object when all blocks use one embedding. */
    record Source(RotaryEmbedding full, RotaryEmbedding windowed) {
        static Source of(PositionEncoding positions, NDManager manager) {
            if (positions instanceof PositionEncoding.RotaryByWindow two) {
                return new Source(
                        new RotaryEmbedding(two.full(), manager), new RotaryEmbedding(two.windowed(), manager));
            }
            RotaryEmbedding one =
                    positions instanceof PositionEncoding.Rotary rotary ? new RotaryEmbedding(rotary, manager) : null;
            return new Source(one, one);
        }

        /** Returns the number of tokens up to which the rotation of a position does not depend on the length of the text. */
        int longestFixed() {
            return full == null ? Integer.MAX_VALUE : Math.min(full.longestFixed(), windowed.longestFixed());
        }

        RotaryTables at(SequenceGeometry geometry) {
            RotaryTable all = full == null ? null : full.at(geometry);
            return new RotaryTables(all, windowed == full ? all : windowed.at(geometry));
        }
    }
}
