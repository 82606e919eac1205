package dev.assay.text.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** The words of a text as token ids, with the frequency of each pair of adjacent tokens. */
final class PairMerger {
    /** Two adjacent tokens. */
    record Pair(int left, int right) {}

    private record Candidate(Pair pair, long count) {}

    /** The frequency of a pair in the text, and the words that contain or once contained it. */
    private static final class Occurrences {
        long count;
        final Set<Integer> words = new LinkedHashSet<>();
    }

    private static final Comparator<Candidate> MOST_FREQUENT_THEN_OLDEST = Comparator.comparingLong(Candidate::count)
            .reversed()
            .thenComparingInt(candidate -> candidate.pair().left())
            .thenComparingInt(candidate -> candidate.pair().right());

    private final List<int[]> words = new ArrayList<>();
    private final List<Long> counts = new ArrayList<>();
    private final Map<Pair, Occurrences> occurrences = new HashMap<>();

    /** Queue of all current pairs. An entry has the pair's count, or a higher one if the count has decreased since. */
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(MOST_FREQUENT_THEN_OLDEST);

    private boolean started;

    /** Adds a distinct word with its frequency in the text. */
    void add(int[] ids, long count) {
        int word = words.size();
        words.add(ids);
        counts.add(count);
        change(word, ids, count);
    }

    /** Returns the most frequent pair of the text, or null if no word has two tokens. */
    Pair mostFrequent() {
        if (!started) {
            occurrences.forEach((pair, found) -> queue.add(new Candidate(pair, found.count)));
            started = true;
        }
        while (!queue.isEmpty()) {
            Candidate top = queue.poll();
            long count = occurrences.get(top.pair()).count;
            if (count == top.count() && count > 0) {
                return top.pair();
            }
            if (count > 0) {
                queue.add(new Candidate(top.pair(), count));
            }
        }
        return null;
    }

    /** Replaces all occurrences of a pair by one token. */
    void merge(Pair pair, int id) {
        Set<Pair> fresh = new LinkedHashSet<>();
        for (int word : occurrences.get(pair).words) {
            int[] before = words.get(word);
            int[] after = merged(before, pair, id);
            if (after.length == before.length) {
                continue;
            }
            change(word, before, -counts.get(word));
            change(word, after, counts.get(word));
            words.set(word, after);
            for (int i = 0; i + 1 < after.length; i++) {
                if (after[i] == id || after[i + 1] == id) {
                    fresh.add(new Pair(after[i], after[i + 1]));
                }
            }
        }
        fresh.forEach(born -> queue.add(new Candidate(born, occurrences.get(born).count)));
    }

    private void change(int word, int[] ids, long count) {
        for (int i = 0; i + 1 < ids.length; i++) {
            Occurrences found = occurrences.computeIfAbsent(new Pair(ids[i], ids[i + 1]), pair -> new Occurrences());
            found.count += count;
            found.words.add(word);
        }
    }

    private static int[] merged(int[] ids, Pair pair, int id) {
        int[] result = new int[ids.length];
        int length = 0;
        for (int i = 0; i < ids.length; i++) {
            boolean here = i + 1 < ids.length && ids[i] == pair.left() && ids[i + 1] == pair.right();
            result[length++] = here ? id : ids[i];
            i += here ? 1 : 0;
        }
        return Arrays.copyOf(result, length);
    }
}
