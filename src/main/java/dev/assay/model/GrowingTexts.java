package dev.assay.model;

import dev.assay.model.internal.hook.HookTable;
import dev.assay.model.internal.network.Runner;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Computes the logits after texts that grow by one token per call, with a {@link KeyValueCache}. A text that does not extend one of the previous call
 * by one token is recomputed: its positions have changed, as in a text beyond the context length. So is every text while a hook
 * is open that needs whole texts, see {@link HookBuilder#incremental(int)}.
 */
final class GrowingTexts implements AutoCloseable {
    private final HookedTransformer model;
    private final Runner runner;
    private final int longest;
    private final KeyValueCache cache;
    private List<int[]> cached = List.of();
    private HookTable hooks;

    /**
     * Creates the computation.
     *
     * @param contextLength the number of tokens of a text that no longer grows, but moves to later tokens
     */
    GrowingTexts(HookedTransformer model, int contextLength) {
        this.model = model;
        this.runner = model.runner();
        this.longest = Math.min(contextLength - 1, runner.longestStored());
        this.cache = KeyValueCache.of(model);
        this.hooks = runner.openHooks().table();
    }

    /** Returns the logits after the last token of each text, text by text, V numbers each. */
    float[] nextLogits(List<int[]> texts) {
        try (Autograd off = Autograd.off()) {
            HookTable open = runner.openHooks().table();
            if (!open.isEquivalent(hooks)) {
                hooks = open;
                forget();
            }
            if (open.laterTokens() == HookTable.WHOLE_TEXT) {
                return model.lastLogits(texts);
            }
            return cached.isEmpty() ? start(texts) : proceed(texts);
        }
    }

    private float[] start(List<int[]> texts) {
        Split split = new Split(texts);
        for (int i = 0; i < texts.size(); i++) {
            split.add(i, texts.get(i).length <= longest);
        }
        return split.logits(longestOf(split.chosen()));
    }

    private float[] proceed(List<int[]> texts) {
        Split split = new Split(texts);
        List<Integer> rows = new ArrayList<>();
        int row = 0;
        for (int i = 0; i < texts.size(); i++) {
            int found = row;
            while (found < cached.size() && !extendsByOne(cached.get(found), texts.get(i))) {
                found++;
            }
            boolean continues = found < cached.size() && texts.get(i).length <= longest;
            split.add(i, continues);
            if (continues) {
                rows.add(found);
                row = found + 1;
            }
        }
        if (rows.isEmpty()) {
            forget();
        } else {
            keep(rows);
        }
        return split.logits(Math.toIntExact(longestOf(split.chosen()) - cache.length()));
    }

    private static boolean extendsByOne(int[] before, int[] text) {
        return text.length == before.length + 1 && Arrays.mismatch(before, text) == before.length;
    }

    private void keep(List<Integer> rows) {
        if (rows.size() == cached.size()) {
            return;
        }
        List<int[]> kept = rows.stream().map(cached::get).toList();
        int padding = longestOf(cached) - longestOf(kept);
        if (padding < cache.length()) {
            cache.select(rows.stream().mapToInt(Integer::intValue).toArray(), padding);
        } else {
            cache.crop(0); // the stored positions are padding
        }
    }

    private static int longestOf(List<int[]> texts) {
        return texts.stream().mapToInt(text -> text.length).max().orElse(0);
    }

    private void forget() {
        cache.crop(0);
        cached = List.of();
    }

    /** The texts of one call: those that the cache is used for, and the others. */
    private final class Split {
        private final List<int[]> texts;
        private final List<Integer> continued = new ArrayList<>();
        private final List<Integer> others = new ArrayList<>();

        Split(List<int[]> texts) {
            this.texts = texts;
        }

        void add(int text, boolean continues) {
            (continues ? continued : others).add(text);
        }

        List<int[]> chosen() {
            return continued.stream().map(texts::get).toList();
        }

        /** Returns the logits after all texts; {@code columns} is the number of last positions that the cache lacks. */
        float[] logits(int columns) {
            float[] extended = continued.isEmpty() ? new float[0] : extended(columns);
            float[] whole = others.isEmpty()
                    ? new float[0]
                    : model.lastLogits(others.stream().map(texts::get).toList());
            int vocabulary = (extended.length + whole.length) / texts.size();
            float[] all = new float[extended.length + whole.length];
            copy(extended, continued, all, vocabulary);
            copy(whole, others, all, vocabulary);
            return all;
        }

        private float[] extended(int columns) {
            List<int[]> chosen = chosen();
            List<int[]> added = chosen.stream()
                    .map(text -> Arrays.copyOfRange(text, Math.max(0, text.length - columns), text.length))
                    .toList();
            try (Scope scope = Scope.open()) {
                PaddedTokens padded = PaddedTokens.of(model.manager(), added, Padding.LEFT, 0);
                boolean even = added.stream().allMatch(tokens -> tokens.length == added.get(0).length);
                float[] logits = cache.lastLogits(padded.tokens(), even ? null : padded.mask())
                        .toFloatArray();
                cached = chosen;
                cache.crop(Math.max(0, cache.length() - hooks.laterTokens()));
                return logits;
            } catch (RuntimeException failure) {
                forget();
                throw failure;
            }
        }

        private static void copy(float[] rows, List<Integer> numbers, float[] all, int width) {
            for (int i = 0; i < numbers.size(); i++) {
                System.arraycopy(rows, i * width, all, numbers.get(i) * width, width);
            }
        }
    }

    @Override
    public void close() {
        cache.close();
    }
}
