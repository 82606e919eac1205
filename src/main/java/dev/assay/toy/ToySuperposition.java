package dev.assay.toy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.evaluate.similarity.DictionaryComparison;
import dev.assay.evaluate.similarity.DictionarySimilarity;
import dev.assay.evaluate.similarity.DirectionRecovery;
import dev.assay.io.Sha256;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.sae.Dictionary;
import dev.assay.sae.Weights;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The toy model of superposition (Sharkey, Braun and Millidge, "Taking features out of superposition with sparse autoencoders", 2022):
 * more sparse features than dimensions, whose directions are known. A row is {@code x = Σ strength_i · direction_i} over the features
 * that fire; feature i fires with probability {@code p_i ∝ decay^i}, scaled to a given mean number of active features, with a strength
 * uniform in [0, 1). Directions are uniform on the sphere.
 *
 * <pre>{@code
 * ToySuperposition toy = ToySuperposition.of(64, 128).seed(1);
 * try (SparseAutoencoder sae = SaeTrainer.of(…).source(toy) … .train()) {
 *     System.out.println(toy.recovery(sae).toText());
 * }
 * }</pre>
 *
 * <p>An endless activation source: it never repeats, and it can be opened at any position.
 */
public final class ToySuperposition implements ActivationSource {
    /** The number of rows per pass. */
    static final int ROWS = 1024;

    private static final String SITE = "superposition";
    private static final long DIRECTIONS = 0x7275_7468_5345_4544L;

    private final ToyOptions options;
    private final Firing firing;

    private ToySuperposition(ToyOptions options) {
        this.options = options;
        this.firing = options.firing();
    }

    /**
     * Creates a model with 5 active features on average, decay 0.99, independent features and seed 0.
     *
     * @param width the dimensions d
     * @param features the number of features G
     * @return the source
     */
    public static ToySuperposition of(int width, int features) {
        if (width < 1 || features < 1) {
            throw new InvalidInputException(
                    features + " features in " + width + " dimensions, expected at least one of each");
        }
        double decay = 0.99;
        double most = IntStream.range(0, features)
                .mapToDouble(i -> Math.pow(decay, i))
                .sum();
        return new ToySuperposition(
                new ToyOptions(width, features, Math.min(5, most), decay, true, 0, false, false, 0, Device.cpu()));
    }

    /**
     * Returns the model with another mean number of active features.
     *
     * @param mean per row, above 0 and at most Σ decayⁱ, where the first feature fires in every row
     * @return the source
     */
    public ToySuperposition active(double mean) {
        return new ToySuperposition(options.withActive(mean));
    }

    /**
     * Returns the model with another decay of the firing probabilities.
     *
     * @param ratio of the probabilities of consecutive features, above 0 and at most 1
     * @return the source
     */
    public ToySuperposition decay(double ratio) {
        return new ToySuperposition(options.withDecay(ratio));
    }

    /**
     * Returns the model with the probabilities {@code active · decayⁱ / G} of the published experiments, which are not scaled to the mean
     * number of active features. With 512 features and decay 0.99, about one feature is active instead of five.
     *
     * @return the source
     */
    public ToySuperposition unscaledProbabilities() {
        return new ToySuperposition(options.withoutScaling());
    }

    /**
     * Returns the model with correlated features. The firing probabilities stay the same.
     *
     * @param strength 0 to 1: the largest correlation of two features in the Gaussian copula
     * @return the source
     */
    public ToySuperposition correlation(double strength) {
        return new ToySuperposition(options.withCorrelation(strength));
    }

    /**
     * Returns the model with features in families of parents and children ({@link TreeFiring#families}). The mean number of active features
     * stays the same.
     *
     * @return the source
     */
    public ToySuperposition hierarchical() {
        return new ToySuperposition(options.asHierarchical());
    }

    /**
     * Returns a null model without sparse features: the code of each feature is a normal variable with the mean and variance that it has in
     * this model, in every row. A dictionary trained on these rows has no features to find.
     *
     * @return the source
     */
    public ToySuperposition gaussianCodes() {
        return new ToySuperposition(options.asGaussian());
    }

    /**
     * Returns the model with another seed.
     *
     * @param number determines directions, correlations and rows
     * @return the source
     */
    public ToySuperposition seed(long number) {
        return new ToySuperposition(options.withSeed(number));
    }

    /**
     * Returns the model on a device. The default is the CPU.
     *
     * @param place the device of the rows
     * @return the source
     */
    public ToySuperposition device(Device place) {
        return new ToySuperposition(options.withDevice(place));
    }

    /**
     * Returns the true directions.
     *
     * @param manager owns them
     * @return float32 [G, d], unit rows
     */
    public NDArray directions(NDManager manager) {
        // Other random directions use seeds too: an initialization or a null with the same seed must not equal the
        // truth.
        long scattered = new SplittableRandom(options.seed() ^ DIRECTIONS).nextLong();
        return Weights.randomDirections(manager, options.features(), options.width(), scattered);
    }

    /**
     * Returns the firing probability of each feature.
     *
     * @return [G]
     */
    public double[] probabilities() {
        return firing.probabilities();
    }

    /**
     * Returns the distribution of the features that fire in a row.
     *
     * @return the distribution
     */
    public Firing firing() {
        return firing;
    }

    /**
     * Returns the number of dimensions.
     *
     * @return d
     */
    public int width() {
        return options.width();
    }

    /**
     * Compares the true directions with a dictionary: {@code mmcs_a_to_b} measures how well features are recovered, {@code mmcs_b_to_a}
     * how many latents are features.
     *
     * @param dictionary trained on this source
     * @return the figures, each with its null; a is the truth
     */
    public DictionarySimilarity recovery(Dictionary dictionary) {
        try (Scope scope = Scope.open()) {
            NDArray decoder = dictionary.decoder();
            return DictionaryComparison.of(directions(decoder.getManager()), decoder)
                    .run();
        }
    }

    /**
     * Compares the true directions with a dictionary, without the null of {@link #recovery}, which {@link
     * dev.assay.evaluate.similarity.RandomMaxCosine} has in closed form.
     *
     * @param dictionary trained on this source
     * @param threshold the smallest cosine of a matched pair that counts as found
     * @return the figures
     */
    public DirectionRecovery directionRecovery(Dictionary dictionary, double threshold) {
        try (Scope scope = Scope.open()) {
            NDArray decoder = dictionary.decoder();
            return DirectionRecovery.of(directions(decoder.getManager()), decoder, threshold);
        }
    }

    /**
     * Returns the activations of all features in the rows of a pass, 0 if a feature does not fire.
     *
     * @param pass its index
     * @return [rows · G]
     */
    float[] codes(long pass) {
        // Generator streams of seeds that differ by a multiple of a constant overlap, so seeds are hashed.
        long scattered = new SplittableRandom(pass).nextLong();
        SplittableRandom random = new SplittableRandom(options.seed() ^ scattered);
        float[] codes = new float[ROWS * options.features()];
        if (options.gaussian()) {
            fillGaussian(codes, random);
            return codes;
        }
        for (int row = 0; row < ROWS; row++) {
            int first = row * options.features();
            firing.sample(random, feature -> codes[first + feature] = random.nextFloat());
        }
        return codes;
    }

    /** The code of a feature is 0 or, with probability p, uniform in [0, 1): mean p/2, mean square p/3. */
    private void fillGaussian(float[] codes, SplittableRandom random) {
        double[] p = firing.probabilities();
        for (int i = 0; i < codes.length; i++) {
            double probability = p[i % p.length];
            double mean = probability / 2;
            codes[i] = (float) (mean + Math.sqrt(probability / 3 - mean * mean) * random.nextGaussian());
        }
    }

    @Override
    public List<String> sites() {
        return List.of(SITE);
    }

    @Override
    public List<Integer> widths() {
        return List.of(options.width());
    }

    @Override
    public Device device() {
        return options.device();
    }

    /**
     * Returns a description of the model without its seed.
     *
     * @return such as {@code 128 features in 64 dimensions, 5.0 active, decay 0.99, correlation 0.0}
     */
    public String description() {
        return options.description();
    }

    @Override
    public Provenance provenance() {
        String text = description() + ", seed " + options.seed();
        return Provenance.of(
                ModelProvenance.of("toy model of superposition", "float32"),
                List.of(SITE),
                TextProvenance.of(text, "all", 1, false, false));
    }

    @Override
    public String modelHash() {
        return new Sha256().add(provenance().identity().toString()).hex();
    }

    /**
     * Opens the source.
     *
     * @param start the position; its context is the number of passes that were read
     * @return the stream
     */
    @Override
    public ActivationStream open(StreamPosition start) {
        return new Stream(start.context());
    }

    private final class Stream implements ActivationStream {
        private final NDManager manager = TorchEngine.newManager(options.device());
        private final NDArray directions = Scope.detached(() -> directions(manager));
        private long pass;

        Stream(long pass) {
            this.pass = pass;
        }

        @Override
        public StreamPosition position() {
            return new StreamPosition(0, pass, 0, 0);
        }

        @Override
        public ActivationRows next() {
            try (Scope scope = Scope.open();
                    Autograd off = Autograd.off()) {
                NDArray codes = manager.create(codes(pass), new Shape(ROWS, options.features()));
                NDArray x = scope.keep(codes.matMul(directions));
                long[] tokens = new long[ROWS];
                long[] documents = new long[ROWS];
                Arrays.fill(documents, pass);
                int[] positions = IntStream.range(0, ROWS).toArray();
                pass++;
                return new ActivationRows(x, tokens, documents, positions);
            }
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
