package dev.assay.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.PositionSlice;
import dev.assay.sae.SaeMetadata;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.text.TokenBatch;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The tokens that a dictionary is for: all of them, or those that were part of its training. Training can leave out special tokens, tokens
 * by id ({@code exclude_special_tokens}), positions of a context ({@code seqpos_slice}) and activations of large norm.
 */
public final class TokenMask {
    private final IntPredicate included;
    private final PositionSlice positions;
    private final int firstPosition;
    private final Map<String, Double> largestNorms;

    private TokenMask(
            IntPredicate included, PositionSlice positions, int firstPosition, Map<String, Double> largestNorms) {
        this.included = included;
        this.positions = positions;
        this.firstPosition = firstPosition;
        this.largestNorms = largestNorms;
    }

    /**
     * Returns the mask of a dictionary.
     *
     * @param model has the tokenizer, which is used only if special tokens are excluded
     * @param metadata of the dictionary
     * @return the mask
     */
    public static TokenMask of(HookedTransformer model, SaeMetadata metadata) {
        return metadata.excludedTokens().special() ? of(model.tokenizer(), metadata) : of(id -> true, metadata);
    }

    /**
     * Returns the mask of a dictionary on the text of a tokenizer.
     *
     * @param tokenizer knows which tokens are special
     * @param metadata of the dictionary
     * @return the mask
     */
    public static TokenMask of(Tokenizer tokenizer, SaeMetadata metadata) {
        return metadata.excludedTokens().special() ? withoutSpecial(tokenizer, metadata) : of(id -> true, metadata);
    }

    private static TokenMask of(IntPredicate included, SaeMetadata metadata) {
        Set<Integer> excluded = metadata.excludedTokens().ids();
        return new TokenMask(
                excluded.isEmpty() ? included : id -> included.test(id) && !excluded.contains(id),
                metadata.positions(),
                0,
                metadata.largestNorms());
    }

    /**
     * Returns the mask of a dictionary without special tokens.
     *
     * @param tokenizer knows which tokens are special
     * @param metadata of the dictionary
     * @return the mask
     */
    public static TokenMask withoutSpecial(Tokenizer tokenizer, SaeMetadata metadata) {
        return of(id -> !tokenizer.isSpecial(id), metadata);
    }

    /**
     * Returns this mask without more tokens.
     *
     * @param count the number of positions at the start of each context to leave out
     * @param bounds by the name of a site, the norms above which activations are left out
     * @return the mask
     */
    public TokenMask without(int count, Map<String, Double> bounds) {
        Map<String, Double> norms = new TreeMap<>(largestNorms);
        bounds.forEach((site, norm) -> norms.merge(site, norm, Math::min));
        return new TokenMask(included, positions, Math.max(firstPosition, count), norms);
    }

    /**
     * Returns whether the dictionary is for a token, unless its activation has a large norm.
     *
     * @param id the token's id
     * @param position of the token in its context
     * @param length the number of tokens of the context
     * @return true if it is
     */
    public boolean includes(int id, int position, int length) {
        return position >= firstPosition && included.test(id) && positions.includes(position, length);
    }

    /**
     * Returns the number of following tokens after which {@link #includes(int, int, int)} is final for a token.
     *
     * @return 0 unless positions are counted from the end of a context
     */
    public int laterTokens() {
        return positions.laterPositions();
    }

    /**
     * Returns whether the dictionary is for each token of one context, unless its activation has a large norm.
     *
     * @param ids token ids
     * @return one per token
     */
    public boolean[] includes(long[] ids) {
        return includes(ids, ids.length);
    }

    /**
     * Returns whether the dictionary is for each token of contexts of equal length, unless its activation has a large norm.
     *
     * @param ids token ids, context after context
     * @param length the number of tokens per context
     * @return one per token
     */
    public boolean[] includes(long[] ids, int length) {
        boolean[] includes = new boolean[ids.length];
        for (int i = 0; i < ids.length; i++) {
            includes[i] = includes((int) ids[i], i % length, length);
        }
        return includes;
    }

    /**
     * Returns whether the dictionary is for each token of some contexts.
     *
     * @param contexts the tokens
     * @param sites where the dictionary is attached
     * @param cache the activations of these contexts at the sites that are read
     * @return one per token
     */
    public boolean[] includes(TokenBatch contexts, AttachedSites sites, ActivationCache cache) {
        boolean[] includes = includes(contexts.ids(), contexts.length());
        for (HookPoint read : sites.reads()) {
            Double largest = largestNorms.get(read.name());
            if (largest != null) {
                excludeAbove(largest, cache.get(read), includes);
            }
        }
        return includes;
    }

    private static void excludeAbove(double largest, NDArray x, boolean[] includes) {
        try (Scope scope = Scope.open()) {
            float[] norms = Aten.rowNorms(x.reshape(includes.length, -1)).toFloatArray();
            for (int i = 0; i < norms.length; i++) {
                includes[i] &= !(norms[i] > largest);
            }
        }
    }

    /**
     * Returns the indices of the tokens that the dictionary is for.
     *
     * @param contexts the tokens
     * @param sites where the dictionary is attached
     * @param cache the activations of these contexts at the sites that are read
     * @return indices into the tokens of all contexts, ascending
     */
    public long[] kept(TokenBatch contexts, AttachedSites sites, ActivationCache cache) {
        boolean[] includes = includes(contexts, sites, cache);
        return IntStream.range(0, includes.length)
                .filter(i -> includes[i])
                .asLongStream()
                .toArray();
    }

    /**
     * Returns 1 for each token that the dictionary is for and 0 for the others.
     *
     * @param manager owns the result
     * @param ids n token ids, context after context
     * @param length the number of tokens per context
     * @return float32 [n]
     */
    public NDArray weights(NDManager manager, long[] ids, int length) {
        return floats(manager, includes(ids, length)).reshape(ids.length);
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
