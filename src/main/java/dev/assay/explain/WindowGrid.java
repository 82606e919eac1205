package dev.assay.explain;

import dev.assay.feature.store.DocumentRun;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.store.StoredCorpus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The division of all tokens of a store into windows: every token that is not special belongs to exactly one window. The first boundary of
 * each run of tokens is random, so that an activation has any offset in its window. Windows are numbered by position, documents by order.
 */
final class WindowGrid {
    /** The shortest window at the ends of a run, as a share of the window length. */
    private static final int SHORTEST_SHARE = 4;

    private final StoredCorpus corpus;
    private final List<DocumentRun> runs;
    private final List<List<String>> runTexts; // decoded at first use
    private final int[] ids; // of all positions
    private final int[] starts; // by window
    private final int[] ends;
    private final long[] documents; // index in the corpus, by document
    private final Part[] parts;
    private final int[] firstWindows; // by document, and the number of windows

    WindowGrid(FeatureStore store, int length, long seed) {
        corpus = store.corpus();
        runs = corpus.runs();
        runTexts = new ArrayList<>(Collections.nCopies(runs.size(), List.of()));
        ids = corpus.ids(0, corpus.positions());
        List<int[]> windows = new ArrayList<>();
        List<Integer> firsts = new ArrayList<>();
        List<Long> numbers = new ArrayList<>();
        for (DocumentRun run : runs) {
            if (numbers.isEmpty() || numbers.get(numbers.size() - 1) != run.document()) {
                numbers.add(run.document());
                firsts.add(windows.size());
            }
            divide(run, length, seed, windows);
        }
        firsts.add(windows.size());
        starts = windows.stream().mapToInt(window -> window[0]).toArray();
        ends = windows.stream().mapToInt(window -> window[1]).toArray();
        documents = numbers.stream().mapToLong(Long::longValue).toArray();
        parts = numbers.stream().map(number -> Part.of(number, seed)).toArray(Part[]::new);
        firstWindows = firsts.stream().mapToInt(Integer::intValue).toArray();
    }

    private static void divide(DocumentRun run, int length, long seed, List<int[]> windows) {
        int end = (int) run.start() + run.length();
        int from = (int) run.start();
        for (int to = from + firstLength(run, length, seed); from < end; to = Math.min(end, to + length)) {
            windows.add(new int[] {from, to});
            from = to;
        }
    }

    /** Returns a random length of the first window for which the last one is not too short either. */
    private static int firstLength(DocumentRun run, int length, long seed) {
        if (run.length() <= length) {
            return run.length();
        }
        int shortest = Math.max(1, length / SHORTEST_SHARE);
        int[] possible = new int[length];
        int count = 0;
        for (int first = shortest; first <= length; first++) {
            int last = (run.length() - first) % length;
            if (last == 0 || last >= shortest) {
                possible[count++] = first;
            }
        }
        return possible[new SplittableRandom(Mixing.of(seed, run.document(), run.start())).nextInt(count)];
    }

    int windows() {
        return starts.length;
    }

    int documents() {
        return documents.length;
    }

    Part part(int document) {
        return parts[document];
    }

    /** Returns the first window of a document; for the number of documents, the number of windows. */
    int firstWindow(int document) {
        return firstWindows[document];
    }

    int start(int window) {
        return starts[window];
    }

    int end(int window) {
        return ends[window];
    }

    int id(int position) {
        return ids[position];
    }

    /** Returns the documents of a part, ascending. */
    int[] documents(Part part) {
        return IntStream.range(0, documents.length)
                .filter(document -> parts[document] == part)
                .toArray();
    }

    /** Returns the window of a position, or −1 for a special token. */
    int window(int position) {
        int found = Arrays.binarySearch(starts, position);
        int window = found >= 0 ? found : -found - 2;
        return window >= 0 && position < ends[window] ? window : -1;
    }

    TextWindow example(int document, int window, LatentRow row, Stratum stratum, double weight) {
        int start = starts[window];
        int end = ends[window];
        return new TextWindow(
                documents[document],
                start,
                Arrays.copyOfRange(ids, start, end),
                corpus.texts(start, end),
                row.activations(start, end),
                stratum,
                weight);
    }

    String text(int window) {
        return String.join("", corpus.texts(starts[window], ends[window]));
    }

    int runs() {
        return runs.size();
    }

    Part runPart(int run, long seed) {
        return Part.of(runs.get(run).document(), seed);
    }

    /** Returns a run of tokens as one window of weight 1. */
    TextWindow run(int index, LatentRow row) {
        DocumentRun run = runs.get(index);
        int start = (int) run.start();
        int end = start + run.length();
        return new TextWindow(
                run.document(),
                start,
                Arrays.copyOfRange(ids, start, end),
                texts(index, start, end),
                row.activations(start, end),
                Stratum.WHOLE,
                1);
    }

    private synchronized List<String> texts(int run, int start, int end) {
        if (runTexts.get(run).isEmpty()) {
            runTexts.set(run, corpus.texts(start, end));
        }
        return runTexts.get(run);
    }
}
