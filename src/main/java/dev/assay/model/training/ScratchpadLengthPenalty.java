package dev.assay.model.training;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.text.dialogue.Role;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.Arrays;

/**
 * Penalty on the length of a scratchpad: the mean over scratchpad positions i of −log p(end | tokens up to i), in nats. A model that
 * minimises it ends its scratchpad earlier. Markers are not scratchpad positions, so a scratchpad keeps at least one token.
 *
 * @param role the role of the scratchpad
 * @param endToken the token that ends a scratchpad
 */
public record ScratchpadLengthPenalty(Role role, int endToken) implements LossTerm {
    /** Creates the penalty on turns of role {@link Role#SCRATCHPAD}. */
    public ScratchpadLengthPenalty(int endToken) {
        this(Role.SCRATCHPAD, endToken);
    }

    /**
     * Creates the penalty for an end marker.
     *
     * @param marker the marker after a scratchpad, one token
     * @param tokenizer the tokenizer of the model
     */
    public static ScratchpadLengthPenalty of(String marker, Tokenizer tokenizer) {
        int[] ids = tokenizer.encode(marker);
        InvalidInputException.require(
                ids.length == 1,
                () -> "the end of a scratchpad, \"" + marker + "\", has " + ids.length + " tokens, expected one");
        return new ScratchpadLengthPenalty(ids[0]);
    }

    @Override
    public String name() {
        return "scratchpad_length";
    }

    @Override
    public NDArray loss(LossTermContext context) {
        long[] positions = context.positions(role);
        if (positions.length == 0) {
            return context.zero();
        }
        long[] end = new long[positions.length];
        Arrays.fill(end, endToken);
        return Aten.crossEntropy(context.logitsAt(positions), Aten.longs(context.manager(), end))
                .mean();
    }
}
