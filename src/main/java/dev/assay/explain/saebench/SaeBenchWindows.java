package dev.assay.explain.saebench;

import dev.assay.explain.FeatureExamples;
import dev.assay.explain.Part;
import dev.assay.explain.Stratum;
import dev.assay.explain.TextWindow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Draws the windows of SAEBench's automatic interpretation: 10 tokens before and after a chosen token. <em>Top</em> windows have the largest
 * activations; <em>importance-weighted</em> ones are drawn with a probability proportional to the square of the activation; <em>random</em>
 * ones are drawn uniformly.
 *
 * <p>Differences from SAEBench 0.6.0: the documents of explainer and judge are disjoint; all windows of a draw are in different documents and
 * have tokens of one document only; a window at an end of its document is shifted inwards rather than left out; random windows in which the
 * feature is active are drawn again, since SAEBench labels them silent without a check. Tokens with less than 1 % of the largest activation
 * are never the centre of a window, in place of SAEBench's label threshold.
 */
public final class SaeBenchWindows {
    /** The number of tokens before and after the chosen one. */
    public static final int BUFFER = 10;

    /** The share of the largest activation below which SAEBench ignores an activation. */
    public static final double ACTIVE_SHARE = 0.01;

    private final FeatureExamples examples;
    private final Part part;
    private final SplittableRandom random;

    /**
     * Numbers of windows.
     *
     * @param top windows with the largest activations
     * @param importance importance-weighted windows
     * @param random silent windows
     */
    public record Counts(int top, int importance, int random) {
        /** SAEBench's numbers of windows for the explainer. */
        public static final Counts EXPLAINER = new Counts(10, 5, 0);

        /** SAEBench's numbers of windows for the judge. */
        public static final Counts JUDGE = new Counts(2, 2, 10);

        /**
         * Returns a multiple.
         *
         * @param factor at least 1
         * @return the numbers times the factor
         */
        public Counts times(int factor) {
            return new Counts(factor * top, factor * importance, factor * random);
        }
    }

    /**
     * A candidate window of a document.
     *
     * @param run the tokens of the document within a context
     * @param centre the index of the chosen token
     * @param key larger means earlier in the draw
     */
    private record Candidate(TextWindow run, int centre, double key) {}

    private SaeBenchWindows(FeatureExamples examples, Part part, long seed) {
        this.examples = examples;
        this.part = part;
        random = new SplittableRandom(31 * (31 * seed + examples.latent()) + part.ordinal());
    }

    /**
     * Draws windows.
     *
     * @param examples the examples of the feature
     * @param part the documents
     * @param counts the numbers of windows
     * @param seed the seed of the draw
     * @return top windows strongest first ({@link Stratum#TOP}), then importance-weighted ones ({@link Stratum#IMPORTANCE}), then random
     *     ones ({@link Stratum#NEGATIVE_RANDOM}), each with weight 1; fewer if the part has fewer documents
     */
    public static List<TextWindow> draw(FeatureExamples examples, Part part, Counts counts, long seed) {
        return new SaeBenchWindows(examples, part, seed).draw(counts);
    }

    private List<TextWindow> draw(Counts counts) {
        Set<Long> used = new HashSet<>();
        List<TextWindow> windows = new ArrayList<>();
        List<Candidate> top = candidates(run -> run::activation);
        double least =
                ACTIVE_SHARE * top.stream().mapToDouble(Candidate::key).max().orElse(0);
        select(top, counts.top(), Stratum.TOP, used, windows);
        select(candidates(run -> importance(run, least)), counts.importance(), Stratum.IMPORTANCE, used, windows);
        if (counts.random() > 0) {
            select(candidates(this::silent), counts.random(), Stratum.NEGATIVE_RANDOM, used, windows);
        }
        return windows;
    }

    /** Keys of the tokens of a run; tokens with the key 0 or less are not eligible. */
    private interface Keys {
        double of(int token);
    }

    /** Returns the token with the largest key of each document. */
    private List<Candidate> candidates(Function<TextWindow, Keys> keys) {
        Map<Long, Candidate> best = new HashMap<>();
        for (TextWindow run : examples.whole(part)) {
            Keys of = keys.apply(run);
            Candidate found = best.get(run.document());
            for (int token = 0; token < run.length(); token++) {
                double key = of.of(token);
                if (key > 0 && (found == null || key > found.key())) {
                    found = new Candidate(run, token, key);
                }
            }
            if (found != null) {
                best.put(run.document(), found);
            }
        }
        List<Candidate> sorted = new ArrayList<>(best.values());
        ToDoubleFunction<Candidate> key = Candidate::key;
        sorted.sort(Comparator.comparingDouble(key)
                .reversed()
                .thenComparing(candidate -> candidate.run().start()));
        return sorted;
    }

    /**
     * Returns keys whose descending order is a weighted draw without replacement, {@code w / −log u} for a uniform number u and the weight
     * w, here the squared activation (Efraimidis and Spirakis 2006).
     */
    private Keys importance(TextWindow run, double least) {
        return token -> {
            double activation = run.activation(token);
            return activation > 0 && activation >= least
                    ? activation * activation / -Math.log1p(-random.nextDouble())
                    : 0;
        };
    }

    /** Returns uniform keys of the tokens whose window is silent. */
    private Keys silent(TextWindow run) {
        int[] active = new int[run.length() + 1]; // the number of active tokens before each token
        for (int token = 0; token < run.length(); token++) {
            active[token + 1] = active[token] + (run.activation(token) > 0 ? 1 : 0);
        }
        return token -> {
            int start = start(run, token);
            return active[end(run, start)] == active[start] ? 1 - random.nextDouble() : 0;
        };
    }

    private static void select(
            List<Candidate> candidates, int count, Stratum stratum, Set<Long> used, List<TextWindow> windows) {
        int missing = count;
        for (Candidate candidate : candidates) {
            if (missing > 0 && used.add(candidate.run().document())) {
                windows.add(window(candidate, stratum));
                missing--;
            }
        }
    }

    private static TextWindow window(Candidate candidate, Stratum stratum) {
        int start = start(candidate.run(), candidate.centre());
        return candidate.run().between(start, end(candidate.run(), start)).weighted(stratum, 1);
    }

    private static int start(TextWindow run, int centre) {
        return Math.max(0, Math.min(centre - BUFFER, run.length() - 2 * BUFFER - 1));
    }

    private static int end(TextWindow run, int start) {
        return Math.min(run.length(), start + 2 * BUFFER + 1);
    }
}
