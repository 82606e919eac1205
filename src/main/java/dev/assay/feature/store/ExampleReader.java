package dev.assay.feature.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds examples among the activations of one latent: at most one per context, strongest first, ties in corpus order. Intermediate results
 * are cached for further calls. Not thread-safe.
 *
 * <p>The loops use plain arrays, because the first report after opening a store runs in the interpreter, before JIT compilation.
 */
public final class ExampleReader {
    private final StoredCorpus corpus;
    private final FeatureActivations row;
    private final ExampleWindow window;
    private final int[] positions; // of the activations, ascending
    private final char[] codes;
    private int[] peaks; // null until computed
    private char[] rising; // null until computed

    ExampleReader(StoredCorpus corpus, FeatureActivations row, ExampleWindow window) {
        this.corpus = corpus;
        this.row = row;
        this.window = window;
        this.positions = row.positions();
        this.codes = row.codes();
    }

    /**
     * Returns the strongest examples.
     *
     * @param count the maximum number of examples, at least 0
     * @return one example per context around its maximum activation, strongest first, ties in corpus order
     */
    public List<Example> top(int count) {
        int contexts = (int) Math.min(codes.length, corpus.positions() / corpus.contextLength());
        SmallestKeys strongest = new SmallestKeys(Math.min(count, contexts));
        for (int i = 0; i < codes.length; ) {
            int peak = i;
            for (long end = contextEnd(i); i < codes.length && positions[i] < end; i++) {
                peak = codes[i] > codes[peak] ? i : peak;
            }
            strongest.offer(key(peak));
        }
        return examples(strongest.rising());
    }

    /** Returns the sort key of an activation: descending code, then ascending index in the row. */
    private long key(int i) {
        return (long) (LinearCode.LARGEST - codes[i]) << Integer.SIZE | i;
    }

    /**
     * Returns examples by ranges of equal width between 0 and the maximum activation.
     *
     * @param groups the number of ranges, at least 1
     * @param each the maximum number of examples per range, at least 0
     * @return the highest range first; empty for a dead latent
     */
    public List<ExampleGroup> byInterval(int groups, int each) {
        if (codes.length == 0) {
            return List.of();
        }
        double[] bounds = new double[groups + 1];
        for (int i = 0; i <= groups; i++) {
            bounds[i] = (double) row.max() * i / groups;
        }
        return groups(ExampleGroup.Kind.INTERVAL, bounds, each);
    }

    /**
     * Returns examples by ranges with equal numbers of activations.
     *
     * @param groups the number of ranges, at least 1; ranges that are empty because of equal activations are omitted
     * @param each the maximum number of examples per range, at least 0
     * @return the highest range first; empty for a dead latent
     */
    public List<ExampleGroup> byQuantile(int groups, int each) {
        if (codes.length == 0) {
            return List.of();
        }
        char[] rising = rising();
        double[] bounds = new double[groups + 1];
        int distinct = 0;
        for (int i = 0; i < groups; i++) {
            double bound = LinearCode.value(rising[(int) ((long) i * rising.length / groups)], row.max());
            if (distinct == 0 || bound > bounds[distinct - 1]) {
                bounds[distinct++] = bound;
            }
        }
        bounds[distinct] = row.max();
        return groups(ExampleGroup.Kind.QUANTILE, Arrays.copyOf(bounds, distinct + 1), each);
    }

    private List<ExampleGroup> groups(ExampleGroup.Kind kind, double[] bounds, int each) {
        char[] rising = rising();
        List<ExampleGroup> groups = new ArrayList<>();
        int above = LinearCode.LARGEST + 1; // the highest range includes the maximum activation
        int belowAbove = codes.length;
        for (int i = bounds.length - 2; i >= 0; i--) {
            int least = LinearCode.firstAtLeast(bounds[i], row.max());
            int below = below(least, rising);
            double share = (double) (belowAbove - below) / codes.length;
            List<Example> examples = examples(spread(inRange(peaks(), least, above), each));
            groups.add(new ExampleGroup(kind, bounds[i], bounds[i + 1], share, examples));
            above = least;
            belowAbove = below;
        }
        return groups;
    }

    private char[] rising() {
        rising = rising == null ? row.rising() : rising;
        return rising;
    }

    private int[] peaks() {
        peaks = peaks == null ? windowPeaks() : peaks;
        return peaks;
    }

    /** Returns the number of codes less than a code. */
    private static int below(int code, char[] rising) {
        int low = 0;
        int high = rising.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (rising[middle] < code) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns the indices of the activations that are the maximum of their own window, the first of equal ones. */
    private int[] windowPeaks() {
        int[] found = new int[codes.length];
        int count = 0;
        long contextStart = 0;
        long contextEnd = 0;
        for (int i = 0; i < codes.length; i++) {
            int position = positions[i];
            if (position >= contextEnd) {
                contextEnd = contextEnd(i);
                contextStart = contextEnd - corpus.contextLength();
            }
            long start = Math.max(contextStart, (long) position - window.before());
            long end = Math.min(contextEnd, (long) position + window.after() + 1);
            if (isPeak(i, start, end)) {
                found[count++] = i;
            }
        }
        return Arrays.copyOf(found, count);
    }

    private boolean isPeak(int i, long start, long end) {
        int code = codes[i];
        for (int j = i - 1; j >= 0 && positions[j] >= start; j--) {
            if (codes[j] >= code) {
                return false;
            }
        }
        for (int j = i + 1; j < codes.length && positions[j] < end; j++) {
            if (codes[j] > code) {
                return false;
            }
        }
        return true;
    }

    /** Returns the sort keys of the strongest peak per context with a code in a range; strongest first, ties in corpus order. */
    private long[] inRange(int[] candidates, int least, int above) {
        long[] found = new long[candidates.length];
        int count = 0;
        long contextEnd = 0;
        for (int peak : candidates) {
            int code = codes[peak];
            if (code >= least && code < above) {
                if (positions[peak] >= contextEnd) {
                    found[count++] = key(peak);
                    contextEnd = contextEnd(peak);
                } else {
                    found[count - 1] = Math.min(found[count - 1], key(peak));
                }
            }
        }
        Arrays.sort(found, 0, count);
        return Arrays.copyOf(found, count);
    }

    /** Returns {@code each} of the keys at even distances from the first to the last. */
    private static long[] spread(long[] keys, int each) {
        if (keys.length <= each) {
            return keys;
        }
        long[] selected = new long[each];
        for (int i = 0; i < each; i++) {
            selected[i] = keys[(int) ((2L * i + 1) * keys.length / (2L * each))];
        }
        return selected;
    }

    private List<Example> examples(long[] keys) {
        List<Example> examples = new ArrayList<>(keys.length);
        for (long key : keys) {
            examples.add(example((int) key));
        }
        return examples;
    }

    private Example example(int peak) {
        long position = positions[peak];
        long start = windowStart(position);
        long end = windowEnd(position);
        float[] values = new float[(int) (end - start)];
        for (int i = peak; i >= 0 && positions[i] >= start; i--) {
            values[(int) (positions[i] - start)] = row.value(i);
        }
        for (int i = peak + 1; i < codes.length && positions[i] < end; i++) {
            values[(int) (positions[i] - start)] = row.value(i);
        }
        return new Example(corpus.texts(start, end), values, (int) (position - start), row.document(peak), position);
    }

    private long contextEnd(int i) {
        long position = positions[i];
        return position - position % corpus.contextLength() + corpus.contextLength();
    }

    private long windowStart(long position) {
        return Math.max(position - position % corpus.contextLength(), position - window.before());
    }

    private long windowEnd(long position) {
        long contextEnd = position - position % corpus.contextLength() + corpus.contextLength();
        return Math.min(contextEnd, position + window.after() + 1);
    }
}
