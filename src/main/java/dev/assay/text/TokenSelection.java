package dev.assay.text;

import dev.assay.text.tokenizer.Tokenizer;
import java.io.Serializable;

/**
 * The tokens of each context whose activations are used, as far as ids and positions decide it.
 *
 * @param withSpecial whether special tokens are used
 * @param firstPosition the number of positions at the start of each context that are not used, BOS included
 */
public record TokenSelection(boolean withSpecial, int firstPosition) implements Serializable {
    /** All tokens except special tokens. */
    public static final TokenSelection WITHOUT_SPECIAL = new TokenSelection(false, 0);

    /**
     * Returns the tokens of a batch that are used.
     *
     * @param batch contexts
     * @param tokenizer decides which tokens are special
     * @return indices into the ids of the batch, in ascending order
     */
    public long[] of(TokenBatch batch, Tokenizer tokenizer) {
        return batch.keptPositions(tokenizer, withSpecial, firstPosition);
    }
}
