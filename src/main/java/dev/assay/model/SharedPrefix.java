package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.model.internal.hook.HookTable;
import dev.assay.model.internal.network.EarlierTokens;
import dev.assay.model.internal.network.KeyValueBuffers;
import dev.assay.model.internal.network.Runner;
import dev.assay.model.internal.network.SharedKeyValues;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A text whose keys and values are computed once and shared by many continuations, for the log-probabilities of their tokens.
 *
 * <pre>{@code
 * try (SharedPrefix prefix = SharedPrefix.of(model, explanation)) {
 *     List<double[]> logProbabilities = prefix.logProbabilities(sentences);   // log p(token | prefix, earlier tokens)
 * }
 * }</pre>
 *
 * <p>The log-probabilities are natural logarithms in float64: {@code log softmax} of the float32 logits. The surprisal of a token is the
 * negative of its log-probability. Each continuation follows the prefix alone; the continuations of a call do not affect each other. Up to
 * rounding, the values equal those of a run over the prefix and the continuation, see {@link KeyValueCache}.
 *
 * <p>Open hooks act on the prefix and on the continuations. When other hooks are open than in the previous call, the prefix is computed
 * again; under hooks that need whole texts ({@link HookBuilder#incremental(int)}), it is computed with each continuation. Gradients are not
 * recorded. The prefix owns its memory until it is closed, and is used by one thread at a time.
 */
public final class SharedPrefix implements AutoCloseable {
    /** Tokens per forward pass, including padding. */
    private static final int TOKENS_PER_PASS = 2048;

    /** Logits per product with the unembedding: 32 MB in float64. */
    private static final int LOGITS_PER_PRODUCT = 1 << 22;

    private final HookedTransformer model;
    private final Runner runner;
    private final int[] prefix;
    private final KeyValueBuffers buffers;
    private HookTable hooks; // null before the first call

    private SharedPrefix(HookedTransformer model, int... prefix) {
        this.model = model;
        this.runner = model.runner();
        this.prefix = prefix;
        this.buffers = new KeyValueBuffers(model.config(), model.device());
    }

    /**
     * A continuation to compute.
     *
     * @param number the number of the continuation
     * @param input the tokens after the shared positions: the rest of the prefix, and the continuation without its last token
     * @param tokens the continuation, predicted by the last outputs of the input
     */
    private record Row(int number, int[] input, int[] tokens) {}

    /** A token of a continuation. */
    private record Target(int continuation, int position, int token) {}

    /** Receives the distributions of the next token at some targets, float64 [targets, V]. */
    @FunctionalInterface
    private interface Reader {
        void read(NDArray logProbabilities, List<Target> targets);
    }

    /**
     * Creates a prefix. It is computed when it is first used.
     *
     * @param model the whole model, which must stay open; the caller closes it
     * @param prefix token ids, at least one, including BOS if texts start with it
     * @return the prefix; the caller closes it
     * @throws InvalidInputException when the prefix is empty, or as long as the context
     */
    public static SharedPrefix of(HookedTransformer model, int... prefix) {
        if (prefix.length == 0) {
            throw new InvalidInputException("the prefix has no tokens, expected at least one");
        }
        int longest = model.config().contextLength();
        if (prefix.length >= longest) {
            throw new InvalidInputException("the prefix has " + prefix.length
                    + " tokens, expected fewer than the model's context length, " + longest);
        }
        return new SharedPrefix(model, prefix.clone());
    }

    /**
     * Returns the log-probability of every token of some continuations.
     *
     * @param continuations token ids, at least one each; the prefix and a continuation together have at most the context length
     * @return for each continuation one number per token, {@code log p(token | prefix, earlier tokens of the continuation)}
     * @throws InvalidInputException when a continuation is empty or too long, or has ids outside the vocabulary
     */
    public List<double[]> logProbabilities(List<int[]> continuations) {
        List<double[]> results =
                continuations.stream().map(tokens -> new double[tokens.length]).toList();
        compute(continuations, (logProbabilities, targets) -> {
            long[] tokens = targets.stream().mapToLong(Target::token).toArray();
            NDArray index = model.manager().create(tokens).reshape(-1, 1);
            double[] values = Aten.gather(logProbabilities, 1, index).toDoubleArray();
            for (int i = 0; i < values.length; i++) {
                results.get(targets.get(i).continuation())[targets.get(i).position()] = values[i];
            }
        });
        return results;
    }

    /**
     * Returns the most probable tokens at every position of some continuations.
     *
     * @param continuations as in {@link #logProbabilities}
     * @param count the number of tokens per position, 1 to V
     * @return for each continuation and each of its tokens, the tokens that are most probable in its place, by falling probability
     * @throws InvalidInputException as {@link #logProbabilities}, or when the count is out of range
     */
    public List<List<List<TokenLogProbability>>> mostProbable(List<int[]> continuations, int count) {
        int vocabulary = model.config().vocabularySize();
        if (count < 1 || count > vocabulary) {
            throw new InvalidInputException(
                    "the number of most probable tokens is " + count + ", expected 1 to " + vocabulary);
        }
        List<List<List<TokenLogProbability>>> results = new ArrayList<>();
        continuations.forEach(tokens -> results.add(new ArrayList<>()));
        compute(continuations, (logProbabilities, targets) -> {
            Aten.Selection best = Aten.topKSorted(logProbabilities, count);
            double[] values = best.values().toDoubleArray();
            long[] tokens = best.indices().toLongArray();
            for (int i = 0; i < targets.size(); i++) {
                List<TokenLogProbability> ranked = new ArrayList<>();
                for (int j = i * count; j < (i + 1) * count; j++) {
                    ranked.add(new TokenLogProbability((int) tokens[j], values[j]));
                }
                results.get(targets.get(i).continuation()).add(ranked);
            }
        });
        return results;
    }

    private void compute(List<int[]> continuations, Reader reader) {
        check(continuations);
        try (Lifetime.Use use = model.use();
                Autograd off = Autograd.off()) {
            int shared = sharedPositions();
            List<Row> rows = new ArrayList<>();
            for (int i = 0; i < continuations.size(); i++) {
                rows.add(row(i, continuations.get(i), shared));
            }
            rows.sort(Comparator.comparingInt(row -> row.input().length)); // texts of a pass have little padding
            for (List<Row> batch : batches(rows)) {
                try (Scope scope = Scope.open()) {
                    runBatch(batch, reader);
                }
            }
        }
    }

    private void check(List<int[]> continuations) {
        int longest = model.config().contextLength() - prefix.length;
        int vocabulary = model.config().vocabularySize();
        for (int i = 0; i < continuations.size(); i++) {
            int length = continuations.get(i).length;
            if (length < 1 || length > longest) {
                throw new InvalidInputException("continuation " + (i + 1) + " of " + continuations.size() + " has "
                        + length + " tokens, expected 1 to " + longest + ", the context length of " + model.name()
                        + " without the " + prefix.length + " tokens of the prefix");
            }
            for (int token : continuations.get(i)) {
                if (token < 0 || token >= vocabulary) {
                    throw new InvalidInputException("token id " + token
                            + " is not in the model's vocabulary, expected 0 to " + (vocabulary - 1));
                }
            }
        }
    }

    /** Computes the prefix unless it is up to date, and returns the number of its first positions that all continuations share. */
    private int sharedPositions() {
        HookTable open = runner.openHooks().table();
        if (hooks == null || !open.isEquivalent(hooks)) {
            buffers.clear();
            hooks = null;
            boolean divisible = open.laterTokens() < prefix.length && prefix.length <= runner.longestStored();
            if (divisible && prefix.length > 1) {
                try (Scope scope = Scope.open()) {
                    PaddedTokens whole = PaddedTokens.of(model.manager(), List.of(prefix), Padding.RIGHT, 0);
                    runner.lastLogits(whole.tokens(), null, buffers);
                }
                // The outputs at the last token of the prefix predict the first token of a continuation.
                buffers.crop(Math.min(prefix.length - 1, prefix.length - open.laterTokens()));
            }
            hooks = open;
        }
        return (int) buffers.length();
    }

    private Row row(int number, int[] continuation, int shared) {
        int rest = prefix.length - shared;
        int[] input = Arrays.copyOf(Arrays.copyOfRange(prefix, shared, prefix.length), rest + continuation.length - 1);
        System.arraycopy(continuation, 0, input, rest, continuation.length - 1);
        return new Row(number, input, continuation);
    }

    /** Divides rows of ascending length into passes. */
    private static List<List<Row>> batches(List<Row> rows) {
        List<List<Row>> batches = new ArrayList<>();
        List<Row> batch = new ArrayList<>();
        for (Row row : rows) {
            if (!batch.isEmpty() && (batch.size() + 1L) * row.input().length > TOKENS_PER_PASS) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(row);
        }
        batches.add(batch);
        return batches;
    }

    private void runBatch(List<Row> batch, Reader reader) {
        if (batch.isEmpty()) {
            return;
        }
        PaddedTokens padded =
                PaddedTokens.of(model.manager(), batch.stream().map(Row::input).toList(), Padding.RIGHT, 0);
        EarlierTokens earlier = buffers.length() == 0 ? EarlierTokens.NONE : new SharedKeyValues(buffers, batch.size());
        NDArray normalized = runner.normalized(padded.tokens(), padded.mask(), earlier); // [batch, position, D]
        long width = normalized.getShape().get(1);
        NDArray outputs = normalized.reshape(-1, normalized.getShape().get(2)); // [batch · position, D]
        List<Target> targets = new ArrayList<>();
        List<Long> positions = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            Row row = batch.get(i);
            int first = row.input().length - row.tokens().length;
            for (int j = 0; j < row.tokens().length; j++) {
                targets.add(new Target(row.number(), j, row.tokens()[j]));
                positions.add(i * width + first + j);
            }
        }
        int step = Math.max(1, LOGITS_PER_PRODUCT / model.config().vocabularySize());
        for (int start = 0; start < targets.size(); start += step) {
            int end = Math.min(start + step, targets.size());
            try (Scope scope = Scope.open()) {
                long[] chosen = positions.subList(start, end).stream()
                        .mapToLong(Long::longValue)
                        .toArray();
                NDArray rows = Aten.indexSelect(outputs, 0, model.manager().create(chosen));
                NDArray logits = model.unembed(rows).toType(DataType.FLOAT64, false); // [targets, V]
                reader.read(logits.logSoftmax(1), targets.subList(start, end));
            }
        }
    }

    @Override
    public void close() {
        buffers.close();
    }
}
