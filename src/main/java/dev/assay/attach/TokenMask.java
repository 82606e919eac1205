package dev.assay.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SaeMetadata;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The tokens that a dictionary is for: all of them, or those that are not special if it was trained without special tokens. */
public final class TokenMask {
    private final IntPredicate included;

    private TokenMask(IntPredicate included) {
        this.included = included;
    }

    /**
     * Returns the mask of a dictionary.
     *
     * @param model has the tokenizer, which is used only if special tokens are excluded
     * @param metadata of the dictionary
     * @return the mask
     */
    public static TokenMask of(HookedTransformer model, SaeMetadata metadata) {
        return metadata.excludesSpecialTokens() ? withoutSpecial(model.tokenizer()) : new TokenMask(id -> true);
    }

    /**
     * Returns the mask of a dictionary on the text of a tokenizer.
     *
     * @param tokenizer knows which tokens are special
     * @param metadata of the dictionary
     * @return the mask
     */
    public static TokenMask of(Tokenizer tokenizer, SaeMetadata metadata) {
        return metadata.excludesSpecialTokens() ? withoutSpecial(tokenizer) : new TokenMask(id -> true);
    }

    /**
     * Returns the mask of all tokens that are not special.
     *
     * @param tokenizer knows which tokens are special
     * @return the mask
     */
    public static TokenMask withoutSpecial(Tokenizer tokenizer) {
        return new TokenMask(id -> !tokenizer.isSpecial(id));
    }

    /**
     * Returns whether the dictionary is for a token.
     *
     * @param id the token's id
     * @return true if it is
     */
    public boolean includes(int id) {
        return included.test(id);
    }

    /**
     * Returns whether the dictionary is for each of some tokens.
     *
     * @param ids token ids
     * @return one per token
     */
    public boolean[] includes(long[] ids) {
        boolean[] includes = new boolean[ids.length];
        for (int i = 0; i < ids.length; i++) {
            includes[i] = included.test((int) ids[i]);
        }
        return includes;
    }

    /**
     * Returns the indices of the tokens that the dictionary is for.
     *
     * @param ids token ids
     * @return indices into {@code ids}, ascending
     */
    public long[] kept(long[] ids) {
        return IntStream.range(0, ids.length)
                .filter(i -> included.test((int) ids[i]))
                .asLongStream()
                .toArray();
    }

    /**
     * Returns 1 for each token that the dictionary is for and 0 for the others.
     *
     * @param manager owns the result
     * @param ids n token ids
     * @return float32 [n]
     */
    public NDArray weights(NDManager manager, long[] ids) {
        return floats(manager, includes(ids)).reshape(ids.length);
    }

    /**
     * Returns truth values as numbers.
     *
     * @param manager owns the result
     * @param truths n truth values
     * @return float32 [n, 1], 1 for true and 0 for false
     */
    public static NDArray floats(NDManager manager, boolean[] truths) {
        float[] ones = new float[truths.length];
        for (int i = 0; i < ones.length; i++) {
            ones[i] = truths[i] ? 1 : 0;
        }
        return manager.create(ones, new Shape(ones.length, 1));
    }
}
