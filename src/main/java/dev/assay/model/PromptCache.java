package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.model.internal.hook.HookTable;
import dev.assay.model.internal.network.KeyValueBuffers;
import dev.assay.model.internal.network.Runner;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The keys and values of the last prompt that a model read. The next prompt is computed from the first block of tokens on in which it
 * differs, so questions that share instructions and examples cost little more than their own tokens.
 *
 * <pre>{@code
 * try (PromptCache prompts = PromptCache.of(model)) {
 *     float[] next = prompts.nextLogits(first);       // logits after the last token
 *     float[] afterIt = prompts.append(token);
 *     List<PromptCache.Prediction> scores = prompts.predictions(second, 15);
 * }
 * }</pre>
 *
 * <p>Prompts are computed in blocks of {@value #BLOCK} tokens from their start, and only whole blocks are reused. A result therefore does not
 * depend on the earlier prompts. It equals that of {@link HookedTransformer#forward(NDArray, NDArray)} up to rounding, see
 * {@link KeyValueCache}.
 *
 * <p>Open hooks act. When other hooks are open than in the previous call, the prompt is computed again; under hooks that depend on later
 * tokens ({@link HookBuilder#incremental(int)}), every prompt is computed as a whole. Gradients are not recorded. The cache owns its memory
 * until it is closed, and is used by one thread at a time.
 */
public final class PromptCache implements AutoCloseable {
    /** Tokens per forward pass. */
    private static final int BLOCK = 64;

    /** Logits per product with the unembedding: 32 MB in float64. */
    private static final int LOGITS_PER_PRODUCT = 1 << 22;

    private final HookedTransformer model;
    private final Runner runner;
    private final KeyValueBuffers buffers;
    private HookTable hooks; // null before the first call
    private int[] last = new int[0]; // the last prompt and the tokens added to it
    private int[] stored = new int[0]; // the tokens in the buffers
    private int blocks; // leading positions that were computed in whole blocks
    private final List<Prediction> predictions = new ArrayList<>(); // of the tokens 1, 2, … of the stored text
    private final SortedMap<Integer, float[]> ends = new TreeMap<>(); // logits after the scored blocks, by their end
    private int top = -1; // the number of most probable tokens in the predictions
    private long computed;

    private PromptCache(HookedTransformer model) {
        this.model = model;
        this.runner = model.runner();
        this.buffers = new KeyValueBuffers(model.config(), model.device());
    }

    /**
     * The prediction of a token of a prompt.
     *
     * @param logProbability {@code log p(token | earlier tokens)}, a natural logarithm in float64
     * @param mostProbable the most probable tokens in its place, by falling probability; empty if none were requested
     */
    public record Prediction(double logProbability, List<TokenLogProbability> mostProbable) {
        /** Copies the list. */
        public Prediction {
            mostProbable = List.copyOf(mostProbable);
        }
    }

    /**
     * Creates an empty cache.
     *
     * @param model the whole model, which must stay open while the cache computes; the caller closes it
     * @return the cache; the caller closes it
     */
    public static PromptCache of(HookedTransformer model) {
        return new PromptCache(model);
    }

    /**
     * Returns the logits after a prompt.
     *
     * @param prompt token ids, at least one
     * @return V numbers
     * @throws InvalidInputException if the prompt is empty or longer than the context, or has ids outside the vocabulary
     */
    public float[] nextLogits(int... prompt) {
        require(prompt, 1);
        last = prompt.clone();
        try (Lifetime.Use use = model.use();
                Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            return isWhole(prompt.length) ? wholeLogits() : logits(reusable(prompt, prompt.length));
        }
    }

    /**
     * Adds a token to the last prompt, such as one of its answer, and returns the logits after it.
     *
     * @param token a token id
     * @return V numbers
     * @throws InvalidInputException if there is no prompt, the context is full, or the id is outside the vocabulary
     */
    public float[] append(int token) {
        InvalidInputException.require(last.length > 0, "no prompt was read, expected one before a token is added");
        int[] longer = Arrays.copyOf(last, last.length + 1);
        longer[last.length] = token;
        require(longer, 2);
        last = longer;
        try (Lifetime.Use use = model.use();
                Autograd off = Autograd.off();
                Scope scope = Scope.open()) {
            if (isWhole(longer.length)) {
                return wholeLogits();
            }
            boolean continues = stored.length == longer.length - 1 && common(longer) == stored.length;
            return logits(continues ? stored.length : reusable(longer, longer.length));
        }
    }

    private float[] wholeLogits() {
        computed += last.length;
        return model.lastLogits(List.of(last));
    }

    private float[] logits(int kept) {
        keep(kept);
        NDArray end = null;
        for (int start = kept; start < last.length; start = stored.length) {
            end = read(last, start, blockEnd(start, last.length)).get("0, -1:");
        }
        return model.unembed(end).toType(DataType.FLOAT32, false).toFloatArray();
    }

    /**
     * Returns the predictions of all tokens of a prompt but the first.
     *
     * @param prompt token ids, at least two
     * @param count the number of most probable tokens per position, 0 to V
     * @return one prediction per token from the second on
     * @throws InvalidInputException if the prompt is too short or too long, has ids outside the vocabulary, or the count is out of range
     */
    public List<Prediction> predictions(int[] prompt, int count) {
        require(prompt, 2);
        last = prompt.clone();
        int vocabulary = model.config().vocabularySize();
        if (count < 0 || count > vocabulary) {
            throw new InvalidInputException(
                    "the number of most probable tokens is " + count + ", expected 0 to " + vocabulary);
        }
        try (Lifetime.Use use = model.use();
                Autograd off = Autograd.off()) {
            if (isWhole(prompt.length)) {
                computed += prompt.length - 1;
                return whole(prompt, count);
            }
            if (count != top) {
                forgetPredictions(0);
                top = count;
            }
            int scored = ends.isEmpty() ? 0 : ends.lastKey();
            int start = Math.min(scored, reusable(prompt, prompt.length - 1));
            keep(start);
            while (start < prompt.length - 1) {
                int end = blockEnd(start, prompt.length - 1);
                try (Scope scope = Scope.open()) {
                    score(prompt, start, read(prompt, start, end));
                }
                start = end;
            }
            List<Prediction> all = List.copyOf(predictions);
            forgetPredictions(blocks);
            return all;
        }
    }

    /** {@return the number of tokens that were computed so far} */
    public long computedTokens() {
        return computed;
    }

    private void require(int[] prompt, int least) {
        int longest = model.config().contextLength();
        InvalidInputException.require(
                prompt.length >= least && prompt.length <= longest,
                () -> "the prompt has " + prompt.length + " tokens, expected " + least + " to " + longest
                        + ", the context length of " + model.name());
    }

    /** Checks the open hooks, and returns whether a prompt must be computed as a whole. */
    private boolean isWhole(int length) {
        HookTable open = runner.openHooks().table();
        if (hooks == null || !open.isEquivalent(hooks)) {
            keep(0);
            hooks = open;
        }
        return open.laterTokens() > 0 || length > runner.longestStored();
    }

    private List<Prediction> whole(int[] prompt, int count) {
        List<int[]> rest = List.of(Arrays.copyOfRange(prompt, 1, prompt.length));
        try (SharedPrefix first = SharedPrefix.of(model, prompt[0])) {
            double[] values = first.logProbabilities(rest).get(0);
            List<List<TokenLogProbability>> ranked =
                    count == 0 ? List.of() : first.mostProbable(rest, count).get(0);
            List<Prediction> all = new ArrayList<>();
            for (int i = 0; i < values.length; i++) {
                all.add(new Prediction(values[i], ranked.isEmpty() ? List.of() : ranked.get(i)));
            }
            return all;
        }
    }

    private int common(int... prompt) {
        int mismatch = Arrays.mismatch(stored, prompt);
        return mismatch < 0 ? stored.length : mismatch;
    }

    /** Returns the number of stored positions in whole blocks that a prompt shares, less than {@code positions}. */
    private int reusable(int[] prompt, int positions) {
        int shared = Math.min(common(prompt), positions - 1);
        return Math.min(blocks, shared - shared % BLOCK);
    }

    private static int blockEnd(int start, int length) {
        return Math.min(length, start - start % BLOCK + BLOCK);
    }

    /** Forgets the positions from {@code length} on. */
    private void keep(int length) {
        buffers.crop(length);
        stored = Arrays.copyOf(stored, length);
        blocks = Math.min(blocks, length);
        forgetPredictions(blocks);
    }

    /** Forgets the predictions after the block that ends at a position. */
    private void forgetPredictions(int end) {
        ends.tailMap(end + 1).clear();
        int kept = ends.isEmpty() ? 0 : ends.lastKey();
        predictions
                .subList(Math.min(predictions.size(), Math.max(0, kept - 1)), predictions.size())
                .clear();
    }

    /** Computes some tokens, which follow the stored ones, and returns their final norm, [1, tokens, D]. */
    private NDArray read(int[] prompt, int start, int end) {
        int[] added = Arrays.copyOfRange(prompt, start, end);
        PaddedTokens tokens = PaddedTokens.of(model.manager(), List.of(added), Padding.RIGHT, 0);
        NDArray normalized = runner.storedNormalized(tokens.tokens(), null, buffers);
        computed += added.length;
        stored = Arrays.copyOf(prompt, end);
        blocks = start == blocks && end - start == BLOCK ? end : blocks;
        return normalized;
    }

    /** Adds the predictions of the tokens after {@code start}, from the outputs of a block, [1, tokens, D]. */
    private void score(int[] prompt, int start, NDArray normalized) {
        NDArray outputs = normalized.reshape(normalized.getShape().get(1), -1); // [tokens, D]
        int rows = (int) outputs.getShape().get(0);
        if (start > 0) {
            predictions.add(prediction(ends.get(start), prompt[start]));
        }
        int step = Math.max(1, LOGITS_PER_PRODUCT / model.config().vocabularySize());
        // The last output predicts a token of the next block, which can differ between prompts.
        for (int row = 0; row < rows - 1; row += step) {
            int end = Math.min(row + step, rows - 1);
            try (Scope scope = Scope.open()) {
                scoreRows(outputs.get(row + ":" + end), Arrays.copyOfRange(prompt, start + row + 1, start + end + 1));
            }
        }
        float[] last = model.unembed(outputs.get((rows - 1) + ":"))
                .toType(DataType.FLOAT32, false)
                .toFloatArray();
        if (start + rows == prompt.length - 1) {
            predictions.add(prediction(last, prompt[prompt.length - 1]));
        }
        if (blocks == start + rows) {
            ends.put(blocks, last);
        }
    }

    private Prediction prediction(float[] logits, int token) {
        LogProbabilities distribution = LogProbabilities.of(logits);
        return new Prediction(distribution.of(token), distribution.top(top));
    }

    private void scoreRows(NDArray outputs, int... tokens) {
        NDArray logProbabilities =
                model.unembed(outputs).toType(DataType.FLOAT64, false).logSoftmax(1); // [tokens, V]
        long[] ids = Arrays.stream(tokens).asLongStream().toArray();
        double[] own = Aten.gather(
                        logProbabilities, 1, model.manager().create(ids).reshape(-1, 1))
                .toDoubleArray();
        double[] values = new double[0];
        long[] best = new long[0];
        if (top > 0) {
            Aten.Selection selected = Aten.topKSorted(logProbabilities, top);
            values = selected.values().toDoubleArray();
            best = selected.indices().toLongArray();
        }
        for (int i = 0; i < own.length; i++) {
            List<TokenLogProbability> ranked = new ArrayList<>();
            for (int j = i * top; j < (i + 1) * top; j++) {
                ranked.add(new TokenLogProbability((int) best[j], values[j]));
            }
            predictions.add(new Prediction(own[i], ranked));
        }
    }

    @Override
    public void close() {
        buffers.close();
    }
}
