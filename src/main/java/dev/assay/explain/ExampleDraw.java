package dev.assay.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Draws the examples of one feature from the documents of one part. A document is drawn first, then one of its eligible windows, so the
 * inclusion probability of a window is inversely proportional to the number of eligible windows of its document.
 */
final class ExampleDraw {
    private static final int DECILES = 10;

    private final WindowGrid grid;
    private final float[] maxima;
    private final SilentKinds kinds;
    private final ExampleOptions options;
    private final SplittableRandom random;
    private final int[] documents;
    private final Map<Stratum, List<Drawn>> drawn = new EnumMap<>(Stratum.class);
    private final Map<Stratum, Long> sizes = new EnumMap<>(Stratum.class);

    /**
     * A drawn window.
     *
     * @param document the number of the document in the grid
     * @param window the number of the window in the grid
     * @param eligible the number of windows of the document from which it was drawn
     * @param weight the number of windows that it represents
     */
    record Drawn(int document, int window, int eligible, double weight) {
        Drawn weighted(double windows) {
            return new Drawn(document, window, eligible, windows);
        }
    }

    /**
     * Draws all strata.
     *
     * @param grid the windows of the store
     * @param documents the documents of the part, as numbers of the grid
     * @param maxima the largest activation of each window
     * @param kinds the kinds of silent windows
     * @param options the numbers of examples
     * @param random the source of the draws
     */
    ExampleDraw(
            WindowGrid grid,
            int[] documents,
            float[] maxima,
            SilentKinds kinds,
            ExampleOptions options,
            SplittableRandom random) {
        this.grid = grid;
        this.documents = documents;
        this.maxima = maxima;
        this.kinds = kinds;
        this.options = options;
        this.random = random;
        sizes.put(Stratum.WHOLE, count(window -> true));
        topAndRandom();
        deciles();
        negatives();
    }

    List<Drawn> drawn(Stratum stratum) {
        return drawn.getOrDefault(stratum, List.of());
    }

    long size(Stratum stratum) {
        return sizes.getOrDefault(stratum, 0L);
    }

    private boolean isActive(int window) {
        return maxima[window] > 0;
    }

    private void topAndRandom() {
        Set<Integer> used = new HashSet<>();
        List<Drawn> top = new ArrayList<>();
        for (int document : documents) {
            windows(document)
                    .filter(this::isActive)
                    .boxed()
                    .max(byActivation())
                    .ifPresent(window -> top.add(new Drawn(document, window, 1, 1)));
        }
        top.sort(Comparator.comparing(Drawn::window, byActivation()).reversed());
        keep(Stratum.TOP, top.subList(0, topCount(top.size())), used);
        long active = count(this::isActive);
        sizes.put(Stratum.TOP, (long) drawn(Stratum.TOP).size());

        int free = documents.length - used.size();
        int any = options.randomActive() > 0 ? Math.min(options.randomAny(), (free + 1) / 2) : options.randomAny();
        keep(Stratum.RANDOM_ANY, draw(window -> true, any, used), used);
        scale(Stratum.RANDOM_ANY, size(Stratum.WHOLE));
        keep(Stratum.RANDOM_ACTIVE, draw(this::isActive, options.randomActive(), used), used);
        scale(Stratum.RANDOM_ACTIVE, active - size(Stratum.TOP));
    }

    /** Returns the number of top windows; with few active documents, in proportion, so that some are left for random windows. */
    private int topCount(int activeDocuments) {
        int wanted = options.top() + options.randomActive();
        return activeDocuments >= wanted
                ? options.top()
                : (int) Math.ceil((double) activeDocuments * options.top() / wanted);
    }

    /** Draws one active window per document, ranks these windows, and draws from each tenth of the ranks. */
    private void deciles() {
        List<Drawn> ranked = draw(this::isActive, documents.length, Set.of());
        ranked.sort(Comparator.comparing(Drawn::window, byActivation()));
        List<List<Drawn>> tenths = new ArrayList<>();
        for (int decile = 0; decile < DECILES; decile++) {
            int from = (int) ((long) decile * ranked.size() / DECILES);
            int to = (int) ((decile + 1L) * ranked.size() / DECILES);
            tenths.add(new ArrayList<>(ranked.subList(from, to)));
        }
        long[] counts = new long[DECILES];
        for (int document : documents) {
            windows(document).filter(this::isActive).forEach(window -> counts[decile(window, tenths)]++);
        }
        for (int decile = 0; decile < DECILES; decile++) {
            List<Drawn> tenth = tenths.get(decile);
            shuffle(tenth);
            Stratum stratum = Stratum.decile(decile + 1);
            keep(stratum, tenth.subList(0, Math.min(options.perDecile(), tenth.size())), new HashSet<>());
            scale(stratum, counts[decile]);
        }
    }

    /** Returns the last tenth whose first window is not above a window; below all of them, the first tenth with windows. */
    private int decile(int window, List<List<Drawn>> tenths) {
        int found = -1;
        for (int decile = 0; decile < DECILES; decile++) {
            List<Drawn> tenth = tenths.get(decile);
            boolean reached = !tenth.isEmpty()
                    && (found < 0 || byActivation().compare(tenth.get(0).window(), window) <= 0);
            found = reached ? decile : found;
        }
        return found;
    }

    private void negatives() {
        IntPredicate silent = window -> !isActive(window);
        sizes.put(Stratum.NEGATIVE_RANDOM, count(silent));
        List<Stratum> hard = kinds.hard();
        Set<Integer> used = new HashSet<>();
        long eligible = IntStream.of(documents)
                .filter(document -> windows(document).anyMatch(silent))
                .count();
        int strata = 1 + hard.size();
        int uniform = (int) Math.min(options.negatives(), (eligible + strata - 1) / strata);
        keep(Stratum.NEGATIVE_RANDOM, draw(silent, uniform, used), used);
        for (Stratum kind : hard) {
            IntPredicate ofKind = window -> !isActive(window) && kinds.of(window) == kind;
            sizes.put(kind, count(ofKind));
            keep(kind, draw(ofKind, options.negatives(), used), used);
        }
        weighNegatives();
    }

    /**
     * Weighs silent windows by their kind. Windows of a kind come from the uniform draw and from the draw of the kind; each draw estimates
     * the mean of the kind, and the estimates are averaged by their numbers of windows.
     */
    private void weighNegatives() {
        Map<Stratum, Long> represented = new EnumMap<>(Stratum.class);
        Map<Stratum, Integer> found = new EnumMap<>(Stratum.class);
        long rest = size(Stratum.NEGATIVE_RANDOM);
        for (Stratum kind : Stratum.NEGATIVES) {
            int windows = 0;
            for (Stratum draw : Stratum.NEGATIVES) {
                windows += (int) drawn(draw).stream()
                        .filter(at -> kinds.of(at.window()) == kind)
                        .count();
            }
            found.put(kind, windows);
            if (kind != Stratum.NEGATIVE_RANDOM) {
                represented.put(kind, size(kind));
                rest -= size(kind);
            }
        }
        represented.put(Stratum.NEGATIVE_RANDOM, rest);
        long missing = 0;
        Stratum largest = Stratum.NEGATIVE_RANDOM;
        for (Stratum kind : Stratum.NEGATIVES) {
            missing += found.get(kind) == 0 ? represented.get(kind) : 0;
            largest = found.get(kind) > found.get(largest) ? kind : largest;
        }
        represented.merge(largest, missing, Long::sum);
        for (Stratum draw : Stratum.NEGATIVES) {
            List<Drawn> weighed = new ArrayList<>();
            for (Drawn at : drawn(draw)) {
                Stratum kind = kinds.of(at.window());
                List<Drawn> alike = drawn(draw).stream()
                        .filter(other -> kinds.of(other.window()) == kind)
                        .toList();
                double share = (double) alike.size() / found.get(kind);
                weighed.add(at.weighted(represented.get(kind) * share * at.eligible() / sum(alike, Drawn::eligible)));
            }
            drawn.put(draw, weighed);
        }
    }

    /** Draws documents with an eligible window and one such window of each. */
    private List<Drawn> draw(IntPredicate eligible, int count, Set<Integer> used) {
        List<Drawn> found = new ArrayList<>();
        for (int document : documents) {
            int[] windows = used.contains(document)
                    ? new int[0]
                    : windows(document).filter(eligible).toArray();
            if (windows.length > 0) {
                found.add(new Drawn(document, windows[random.nextInt(windows.length)], windows.length, 1));
            }
        }
        shuffle(found);
        return new ArrayList<>(found.subList(0, Math.min(count, found.size())));
    }

    private void keep(Stratum stratum, List<Drawn> windows, Set<Integer> used) {
        drawn.put(stratum, List.copyOf(windows));
        windows.forEach(window -> used.add(window.document()));
    }

    private void scale(Stratum stratum, long size) {
        sizes.put(stratum, size);
        List<Drawn> windows = drawn(stratum);
        double eligible = sum(windows, Drawn::eligible);
        drawn.put(
                stratum,
                windows.stream()
                        .map(window -> window.weighted(size * window.eligible() / eligible))
                        .toList());
    }

    private static double sum(List<Drawn> windows, ToDoubleFunction<Drawn> value) {
        return windows.stream().mapToDouble(value).sum();
    }

    private void shuffle(List<Drawn> windows) {
        for (int i = windows.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            Drawn swapped = windows.get(i);
            windows.set(i, windows.get(other));
            windows.set(other, swapped);
        }
    }

    private long count(IntPredicate eligible) {
        return IntStream.of(documents)
                .flatMap(document -> windows(document).filter(eligible))
                .count();
    }

    private IntStream windows(int document) {
        return IntStream.range(grid.firstWindow(document), grid.firstWindow(document + 1));
    }

    /** Orders windows by their largest activation; equal ones in an order that does not depend on their positions. */
    private Comparator<Integer> byActivation() {
        return Comparator.<Integer>comparingDouble(window -> maxima[window])
                .thenComparingLong(window -> Mixing.of(options.seed(), grid.start(window)));
    }
}
