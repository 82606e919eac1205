package dev.assay.evaluate.similarity;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.sae.Dictionary;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Compares the directions of two dictionaries, with random directions as the null.
 *
 * <pre>{@code
 * DictionarySimilarity similarity = DictionaryComparison.of(a, b).draws(5).run();
 * }</pre>
 *
 * <p>The null of a figure is its mean over random dictionaries, with directions uniform on the sphere, in place of the dictionary that is
 * searched. It is large for few dimensions or many latents.
 */
public final class DictionaryComparison {
    private final NDArray a;
    private final NDArray b;
    private final Supplier<Lifetime.Use> use;
    private double threshold = 0.9;
    private int draws = 5;
    private long seed;

    private DictionaryComparison(NDArray a, NDArray b, Supplier<Lifetime.Use> use) {
        requireSameWidth(a, b);
        this.a = a;
        this.b = b;
        this.use = use;
    }

    /**
     * Creates a comparison of the decoder directions of two dictionaries.
     *
     * @param a the first dictionary
     * @param b the second dictionary, of the same width and on the same device
     * @return the comparison
     */
    public static DictionaryComparison of(Dictionary a, Dictionary b) {
        return new DictionaryComparison(a.decoder(), b.decoder(), () -> use(a, b));
    }

    /**
     * Creates a comparison of directions of any norm.
     *
     * @param a [m, d]
     * @param b [n, d]
     * @return the comparison
     */
    public static DictionaryComparison of(NDArray a, NDArray b) {
        return new DictionaryComparison(a, b, () -> () -> {});
    }

    /** Keeps two dictionaries open. */
    static Lifetime.Use use(Dictionary a, Dictionary b) {
        Lifetime.Use ofA = a.use();
        try {
            Lifetime.Use ofB = b.use();
            return () -> {
                ofB.close();
                ofA.close();
            };
        } catch (RuntimeException closed) {
            ofA.close();
            throw closed;
        }
    }

    /** Checks that directions have the same width. */
    static void requireSameWidth(NDArray a, NDArray b) {
        if (a.getShape().get(1) != b.getShape().get(1)) {
            throw new InvalidInputException(
                    "the directions of one dictionary are " + a.getShape().get(1) + " wide, those of the other "
                            + b.getShape().get(1) + ", expected the same");
        }
    }

    /**
     * Sets the smallest cosine of a matched pair that counts as the same direction. The default is 0.9.
     *
     * @param cosine between −1 and 1
     * @return this
     */
    public DictionaryComparison matchedFrom(double cosine) {
        if (!(cosine >= -1 && cosine <= 1)) {
            throw new InvalidInputException("the cosine of a match is " + cosine + ", expected -1 to 1");
        }
        threshold = cosine;
        return this;
    }

    /**
     * Sets the number of random dictionaries of the null. The default is 5.
     *
     * @param count at least 2
     * @return this
     */
    public DictionaryComparison draws(int count) {
        if (count < 2) {
            throw new InvalidInputException(
                    "the null is over " + count + " random dictionaries, expected at least 2 for a standard deviation");
        }
        draws = count;
        return this;
    }

    /**
     * Sets the seed of the random dictionaries. The default is 0.
     *
     * @param number the seed
     * @return this
     */
    public DictionaryComparison seed(long number) {
        seed = number;
        return this;
    }

    /**
     * Compares the dictionaries. Matching needs O(n³) time in the worst case and four bytes of Java heap per pair of latents.
     *
     * @return the figures, each with its null
     */
    public DictionarySimilarity run() {
        try (Lifetime.Use both = use.get();
                Scope scope = Scope.open()) {
            Cosines cosines = new Cosines(a, b);
            Cosines.Matching matching = cosines.matching();
            double[] found = figures(cosines.largest(), matching);
            double[][] random = new double[draws][];
            SplittableRandom seeds = new SplittableRandom(seed);
            for (int draw = 0; draw < draws; draw++) {
                random[draw] = random(seeds.nextLong(), seeds.nextLong());
            }
            return new DictionarySimilarity(
                    size(a),
                    size(b),
                    threshold,
                    draws,
                    figure(found, random, 0),
                    figure(found, random, 1),
                    figure(found, random, 2),
                    figure(found, random, 3),
                    figure(found, random, 4),
                    figure(found, random, 5),
                    matching.rowsOfA(),
                    matching.rowsOfB(),
                    matching.cosines());
        }
    }

    private double[] random(long seedOfA, long seedOfB) {
        try (Scope scope = Scope.open()) {
            Cosines inB = new Cosines(a, like(b, seedOfB));
            Cosines inA = new Cosines(like(a, seedOfA), b);
            Cosines.Largest ofA = inB.largest();
            Cosines.Largest ofB = inA.largest();
            return figures(
                    new Cosines.Largest(ofA.ofA(), ofB.ofB(), ofA.absoluteOfA(), ofB.absoluteOfB()), inB.matching());
        }
    }

    private static NDArray like(NDArray directions, long seed) {
        return Weights.controlDirections(
                directions.getManager(),
                size(directions),
                (int) directions.getShape().get(1),
                seed);
    }

    private static int size(NDArray directions) {
        return Math.toIntExact(directions.getShape().get(0));
    }

    private double[] figures(Cosines.Largest largest, Cosines.Matching matching) {
        long above = Arrays.stream(matching.cosines())
                .filter(cosine -> cosine >= threshold)
                .count();
        return new double[] {
            mean(largest.ofA()),
            mean(largest.ofB()),
            mean(largest.absoluteOfA()),
            mean(largest.absoluteOfB()),
            mean(matching.cosines()),
            (double) above / matching.cosines().length
        };
    }

    private static DictionarySimilarity.Figure figure(double[] found, double[][] random, int which) {
        double[] values = Arrays.stream(random).mapToDouble(draw -> draw[which]).toArray();
        double mean = mean(values);
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return new DictionarySimilarity.Figure(found[which], mean, Math.sqrt(squares / (values.length - 1)));
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }
}
