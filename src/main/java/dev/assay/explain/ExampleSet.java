package dev.assay.explain;

import dev.assay.InvalidInputException;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.store.Coactivation;
import dev.assay.feature.store.FeatureStore;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Examples of the features of a store for explainers and judges. The documents of the store are split into {@link Part parts} before any
 * example is drawn, so no document is in two parts. All tokens that are not special are divided into windows; each {@link Stratum} draws
 * some of them, and their {@linkplain TextWindow#weight weights} are known, so that figures of the whole corpus can be estimated from them.
 *
 * <p>Equal stores and options result in equal examples. Thread-safe. Tokens that the training of the dictionary left out by position or by
 * norm count as silent.
 *
 * <pre>{@code
 * ExampleSet examples = ExampleSet.of(inspector, ExampleOptions.DEFAULT);
 * for (int latent : examples.sample(150).latents()) {
 *     FeatureExamples of = examples.of(latent);
 * }
 * }</pre>
 */
public final class ExampleSet {
    private final FeatureStore store;
    private final ExampleOptions options;
    private final IntFunction<List<Integer>> neighbours;
    private final WindowGrid grid;
    private final boolean[] training; // by window

    private final Optional<SilentKinds.Texts> texts;

    private ExampleSet(
            FeatureStore store,
            ExampleOptions options,
            IntFunction<List<Integer>> neighbours,
            WindowGrid grid,
            Optional<SilentKinds.Texts> texts) {
        this.store = store;
        this.options = options;
        this.neighbours = neighbours;
        this.grid = grid;
        this.texts = texts;
        training = new boolean[grid.windows()];
        for (int document : grid.documents(Part.TRAIN)) {
            for (int window = grid.firstWindow(document); window < grid.firstWindow(document + 1); window++) {
                training[window] = true;
            }
        }
    }

    private static ExampleSet of(FeatureStore store, ExampleOptions options, IntFunction<List<Integer>> neighbours) {
        WindowGrid grid = new WindowGrid(store, options.windowLength(), options.seed());
        return new ExampleSet(store, options, neighbours, grid, Optional.empty());
    }

    /**
     * Creates the examples of a store. The neighbours of a latent are those with the largest correlation of activations.
     *
     * @param store the activations and the corpus
     * @param options the numbers of examples and the seed
     * @return the examples
     */
    public static ExampleSet of(FeatureStore store, ExampleOptions options) {
        return of(
                store,
                options,
                latent -> store.correlated(latent, options.neighbours()).stream()
                        .map(Coactivation::latent)
                        .toList());
    }

    /**
     * Creates the examples of an inspected store. The neighbours of a latent are those with the largest cosine of decoder directions.
     *
     * @param inspector the store with its dictionary
     * @param options the numbers of examples and the seed
     * @return the examples
     */
    public static ExampleSet of(FeatureInspector inspector, ExampleOptions options) {
        Neighbour.Measure measure = Neighbour.Measure.DECODER_COSINE;
        return of(
                inspector.store(),
                options,
                latent -> inspector.neighbours(latent, measure, options.neighbours()).stream()
                        .map(Neighbour::latent)
                        .toList());
    }

    /**
     * Adds hard negatives by their text: of the 1 % of silent windows of a part (at least twice as many as are drawn) whose embeddings have the largest cosine with the mean
     * embedding of active training windows (those of the deciles), as many are drawn as of the other kinds of negatives. These windows are
     * in no other kind, and their weights are known like those of the others. All windows of a part are embedded once, when it is first read.
     *
     * @param embedder returns the vector of a text, of equal length for all texts; thread-safe
     * @return a copy with {@link Stratum#NEGATIVE_SIMILAR}
     */
    public ExampleSet withSimilarNegatives(Function<String, double[]> embedder) {
        return new ExampleSet(store, options, neighbours, grid, Optional.of(new SilentKinds.Texts(grid, embedder)));
    }

    /** {@return the options} */
    public ExampleOptions options() {
        return options;
    }

    /** {@return the store of the activations} */
    public FeatureStore store() {
        return store;
    }

    /**
     * Returns the number of documents of a part.
     *
     * @param part the part
     * @return the number
     */
    public int documents(Part part) {
        return grid.documents(part).length;
    }

    /**
     * Returns the examples of a feature.
     *
     * @param latent the index of the latent
     * @return its examples
     * @throws InvalidInputException if the latent is out of range or has too few documents
     */
    public FeatureExamples of(int latent) {
        exclusion(latent).ifPresent(excluded -> {
            throw new InvalidInputException(excluded.sentence());
        });
        LatentRow row = new LatentRow(store, latent);
        return new DrawnExamples(latent, store.density(latent), grid, row, kinds(latent, row), texts, options);
    }

    /**
     * Returns the reason why a feature has no examples.
     *
     * @param latent the index of the latent
     * @return the reason; empty for a feature with examples
     * @throws InvalidInputException if the latent is out of range
     */
    public Optional<Exclusion> exclusion(int latent) {
        LatentRow row = new LatentRow(store, latent);
        float[] maxima = row.maxima(grid);
        int train = DrawnExamples.activeDocuments(grid, maxima, Part.TRAIN);
        int test = DrawnExamples.activeDocuments(grid, maxima, Part.TEST);
        int required = options.minimumDocuments();
        Exclusion.Reason reason = row.isEmpty() ? Exclusion.Reason.DEAD : Exclusion.Reason.TOO_RARE;
        return Math.min(train, test) >= required
                ? Optional.empty()
                : Optional.of(new Exclusion(latent, reason, train, test, required));
    }

    /**
     * Draws features uniformly from all features, dead ones included, until enough of them have examples.
     *
     * @param count the largest number of features with examples, at least 1
     * @return the features in the order of the draw; fewer if the dictionary has fewer
     */
    public FeatureSample sample(int count) {
        InvalidInputException.requireAtLeast(1, "the number of features", count);
        int[] order = new int[store.latents()];
        SplittableRandom random = new SplittableRandom(Mixing.of(options.seed(), store.latents()));
        for (int i = 0; i < order.length; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        List<Integer> usable = new ArrayList<>();
        List<Exclusion> excluded = new ArrayList<>();
        for (int i = 0; i < order.length && usable.size() < count; i++) {
            Optional<Exclusion> exclusion = exclusion(order[i]);
            exclusion.ifPresent(excluded::add);
            if (exclusion.isEmpty()) {
                usable.add(order[i]);
            }
        }
        return new FeatureSample(usable, excluded, options.seed());
    }

    private SilentKinds kinds(int latent, LatentRow row) {
        BitSet surface = new BitSet();
        int main = row.mainToken(grid, training);
        for (int window = 0; window < grid.windows(); window++) {
            for (int position = grid.start(window); position < grid.end(window); position++) {
                if (grid.id(position) == main) {
                    surface.set(window);
                }
            }
        }
        BitSet neighbour = new BitSet();
        for (int other : neighbours.apply(latent)) {
            new LatentRow(store, other).addActiveWindows(grid, neighbour);
        }
        return new SilentKinds(surface, neighbour);
    }
}
