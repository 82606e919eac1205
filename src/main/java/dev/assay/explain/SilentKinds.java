package dev.assay.explain;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Properties of windows that make a silent window a hard negative. */
final class SilentKinds {
    private final BitSet surface;
    private final BitSet neighbour;
    private final BitSet similar;

    /**
     * Creates the properties.
     *
     * @param surface the windows with the main token of the feature
     * @param neighbour the windows in which a neighbour is active
     */
    SilentKinds(BitSet surface, BitSet neighbour) {
        this(surface, neighbour, new BitSet());
    }

    private SilentKinds(BitSet surface, BitSet neighbour, BitSet similar) {
        this.surface = surface;
        this.neighbour = neighbour;
        this.similar = similar;
    }

    /** Adds the windows with a text like those of active windows, which are of no other kind. */
    SilentKinds withSimilar(BitSet windows) {
        return new SilentKinds(surface, neighbour, windows);
    }

    /** Returns the hard strata that can have windows, in the order of the draws. */
    List<Stratum> hard() {
        return similar.isEmpty()
                ? List.of(Stratum.NEGATIVE_SURFACE, Stratum.NEGATIVE_NEIGHBOUR)
                : List.of(Stratum.NEGATIVE_SIMILAR, Stratum.NEGATIVE_SURFACE, Stratum.NEGATIVE_NEIGHBOUR);
    }

    /** Returns the hard stratum of a silent window, or {@link Stratum#NEGATIVE_RANDOM} if it is in none. */
    Stratum of(int window) {
        if (similar.get(window)) {
            return Stratum.NEGATIVE_SIMILAR;
        }
        if (surface.get(window)) {
            return Stratum.NEGATIVE_SURFACE;
        }
        return neighbour.get(window) ? Stratum.NEGATIVE_NEIGHBOUR : Stratum.NEGATIVE_RANDOM;
    }

    /** Embeddings of the texts of windows, of unit length. Each window is embedded once, at its first use. Thread-safe. */
    static final class Texts {
        private final WindowGrid grid;
        private final Function<String, double[]> embedder;
        private final float[][] embeddings; // by window; null before the first use

        Texts(WindowGrid grid, Function<String, double[]> embedder) {
            this.grid = grid;
            this.embedder = embedder;
            this.embeddings = new float[grid.windows()][];
        }

        /**
         * Returns the windows with the largest cosine with a mean of embeddings.
         *
         * @param examples the windows of the mean; without any, no window is returned
         * @param candidates the windows to choose from
         * @param count the number of windows to choose
         */
        BitSet nearest(int[] examples, int[] candidates, int count) {
            BitSet chosen = new BitSet();
            if (examples.length == 0) {
                return chosen;
            }
            double[] mean = new double[embedding(examples[0]).length];
            for (int example : examples) {
                float[] embedding = embedding(example);
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += embedding[i];
                }
            }
            double[] similarity = new double[candidates.length];
            for (int i = 0; i < candidates.length; i++) {
                float[] embedding = embedding(candidates[i]);
                for (int j = 0; j < mean.length; j++) {
                    similarity[i] += mean[j] * embedding[j];
                }
            }
            IntStream.range(0, candidates.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -similarity[i])
                            .thenComparing(i -> candidates[i]))
                    .limit(count)
                    .forEach(i -> chosen.set(candidates[i]));
            return chosen;
        }

        private float[] embedding(int window) {
            synchronized (embeddings) {
                if (embeddings[window] == null) {
                    embeddings[window] = unit(embedder.apply(grid.text(window)));
                }
                return embeddings[window];
            }
        }

        private static float[] unit(double... vector) {
            double norm =
                    Math.sqrt(Arrays.stream(vector).map(value -> value * value).sum());
            float[] unit = new float[vector.length];
            for (int i = 0; i < unit.length; i++) {
                unit[i] = norm > 0 ? (float) (vector[i] / norm) : 0;
            }
            return unit;
        }
    }
}
