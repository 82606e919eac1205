package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.sae.SaeMetadata;
import dev.assay.tensor.Scope;
import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Fits directions to a sample of activations, as baselines for a dictionary.
 *
 * <pre>{@code
 * Baseline ica = Baselines.of(sample).seed(1).metadata(sae.metadata()).ica();
 * try (Dictionary sparse = ica.topK(32)) { … }
 * }</pre>
 *
 * <p>Fitting is in float64 on ND4J and needs a few times the memory of the sample in float64. Principal and independent components
 * are oriented by the stronger tail: along v the sample has {@code Σ c³ ≥ 0}.
 */
public final class Baselines {
    private static final int ROUNDS = 200;

    private final NDArray sample;
    private final int width;
    private FitOptions options;

    private Baselines(NDArray sample, FitOptions options) {
        this.sample = sample;
        this.width = Math.toIntExact(sample.getShape().get(1));
        this.options = options;
    }

    /**
     * Starts from a sample with default options: d components, 2d latents, 200 rounds, seed 0, empty metadata.
     *
     * @param sample [n, d], at least two rows; owned by the caller, must stay open and unchanged while baselines are fitted
     * @return the options
     * @throws InvalidInputException if the sample has another shape, or values that are not finite
     */
    public static Baselines of(NDArray sample) {
        requireMatrix(sample);
        int width = Math.toIntExact(sample.getShape().get(1));
        SaeMetadata none = SaeMetadata.builder().build();
        return of(sample, new FitOptions(width, 2 * width, ROUNDS, 0, none));
    }

    /**
     * Starts from a sample with given options, such as those that a {@link BaselineProvider} receives.
     *
     * @param sample [n, d], at least two rows; owned by the caller, must stay open and unchanged while baselines are fitted
     * @param options of all fits
     * @return the options
     * @throws InvalidInputException if the sample has another shape, or values that are not finite
     */
    public static Baselines of(NDArray sample, FitOptions options) {
        requireMatrix(sample);
        try (Scope scope = Scope.open()) {
            InvalidInputException.require(
                    Float.isFinite(sample.abs().max().getFloat()), "the sample has values that are not finite");
        }
        return new Baselines(sample, options);
    }

    private static void requireMatrix(NDArray sample) {
        InvalidInputException.require(
                sample.getShape().dimension() == 2 && sample.getShape().get(0) >= 2,
                () -> "the sample has shape " + sample.getShape() + ", expected [n, d] with at least two rows");
    }

    /**
     * Returns the names of all providers on the class path.
     *
     * @return in alphabetical order
     * @throws InvalidInputException if a provider does not load, or two have the same name
     */
    public static List<String> names() {
        return BaselineRegistry.names();
    }

    /**
     * Sets the seed of starting points and random directions; default 0.
     *
     * @param number the seed
     * @return this
     */
    public Baselines seed(long number) {
        options = new FitOptions(options.components(), options.latents(), options.rounds(), number, options.metadata());
        return this;
    }

    /**
     * Sets the number of components of {@link #pca}, {@link #ica} and {@link #nmf}; default d.
     *
     * @param most at least 1; PCA and ICA have at most d
     * @return this
     */
    public Baselines components(int most) {
        options = new FitOptions(most, options.latents(), options.rounds(), options.seed(), options.metadata());
        return this;
    }

    /**
     * Sets the number of latents of the dictionary to compare with, for {@link #fit(String)}; default 2d.
     *
     * @param number at least 1
     * @return this
     */
    public Baselines latents(int number) {
        options = new FitOptions(options.components(), number, options.rounds(), options.seed(), options.metadata());
        return this;
    }

    /**
     * Sets the limit of the rounds of ICA and NMF, which is also the number of updates that compute codes of NMF; default 200.
     *
     * @param most at least 1
     * @return this
     */
    public Baselines rounds(int most) {
        options = new FitOptions(options.components(), options.latents(), most, options.seed(), options.metadata());
        return this;
    }

    /**
     * Sets the metadata of the dictionaries, whose hook point an evaluation reads; default empty.
     *
     * @param from such as the metadata of the trained dictionary
     * @return this
     */
    public Baselines metadata(SaeMetadata from) {
        options = new FitOptions(options.components(), options.latents(), options.rounds(), options.seed(), from);
        return this;
    }

    /**
     * Fits the baseline of a name.
     *
     * @param name one of {@link #names()}
     * @return the baseline
     * @throws InvalidInputException if there is no provider of this name
     */
    public Baseline fit(String name) {
        return BaselineRegistry.named(name).fit(sample, options);
    }

    /**
     * Creates a baseline from directions that were computed elsewhere.
     *
     * @param name name in tables
     * @param description one line about the method and its result
     * @param directions of the width of the sample
     * @return a baseline without further fitting
     * @throws InvalidInputException if the width differs
     */
    public Baseline directions(String name, String description, Directions directions) {
        InvalidInputException.require(
                directions.origin().length == width,
                () -> "the directions of " + name + " have width " + directions.origin().length + ", expected " + width
                        + ", the width of the sample");
        return linear(
                name,
                description,
                directions.origin(),
                Nd4j.create(directions.encoder()),
                Nd4j.create(directions.decoder()),
                directions.signed());
    }

    /**
     * Computes the directions of largest variance.
     *
     * @return at most d orthonormal directions around the mean, with signed coordinates
     */
    public Baseline pca() {
        PrincipalComponents principal = PrincipalComponents.of(sample);
        int count = Math.min(options.components(), width);
        INDArray directions = principal.first(count);
        return oriented("pca", count + " principal components", principal.mean(), directions, directions);
    }

    /**
     * Computes independent components by FastICA: symmetric, log cosh, on whitened activations.
     *
     * @return at most d directions around the mean, with signed coordinates: lengths along unit directions
     */
    public Baseline ica() {
        IndependentComponents found =
                IndependentComponents.of(sample, options.components(), options.rounds(), options.seed());
        INDArray lengths = found.mixing().norm2(true, 1); // [m, 1]
        String description = String.format(
                Locale.ROOT,
                "%d independent components, %d rounds, %s (last change %.1g)",
                found.mixing().rows(),
                found.rounds(),
                found.change() <= IndependentComponents.SMALLEST_CHANGE ? "converged" : "not converged",
                found.change());
        return oriented(
                "ica",
                description,
                found.mean(),
                found.unmixing().mulColumnVector(lengths),
                found.mixing().divColumnVector(lengths));
    }

    /**
     * Factorises the activations into non-negative codes and components. Negative activations count as further dimensions: the
     * factorised matrix is {@code [max(x, 0), max(−x, 0)]}, and new rows are encoded in the same form.
     *
     * @return directions through 0, with non-negative coordinates; dictionaries encode iteratively, {@link #rounds(int)} updates per
     *     row
     */
    public Baseline nmf() {
        NonNegativeFactors factors =
                NonNegativeFactors.of(sample, options.components(), options.rounds(), options.seed());
        return new NonNegativeBaseline(factors, options.rounds(), options.metadata(), sample.getDevice());
    }

    /**
     * Returns the dimensions of the activation.
     *
     * @return d directions around the mean, with signed coordinates
     */
    public Baseline neurons() {
        INDArray unit = Nd4j.eye(width).castTo(DataType.DOUBLE);
        return linear("neurons", "the dimensions of the activation, centred", mean(), unit, unit, true);
    }

    /**
     * Returns the positive sides of the dimensions of the activation, not centred: {@code max(x, 0)}.
     *
     * @return d directions through 0, with non-negative coordinates
     */
    public Baseline relu() {
        INDArray unit = Nd4j.eye(width).castTo(DataType.DOUBLE);
        double[] zero = new double[width];
        return linear("relu", "the positive sides of the dimensions of the activation", zero, unit, unit, false);
    }

    /**
     * Draws directions uniformly from the sphere.
     *
     * @param count the number of directions, at least 1
     * @return directions around the mean, with signed coordinates
     */
    public Baseline random(int count) {
        InvalidInputException.requireAtLeast(1, "the number of random directions", count);
        INDArray unit = RandomDirections.draw(count, width, options.seed());
        return new RandomDirections(linear("random", count + " random directions", mean(), unit, unit, true), sample);
    }

    static void checkK(Baseline baseline, int k) {
        if (k < 1 || k > baseline.directions()) {
            throw new InvalidInputException("k is " + k + ", expected 1 to " + baseline.directions()
                    + ", the number of directions of " + baseline.name());
        }
    }

    private double[] mean() {
        List<INDArray> chunks = Float64.chunks(sample);
        try {
            return Float64.mean(chunks, sample.getShape().get(0)).toDoubleVector();
        } finally {
            Float64.close(chunks);
        }
    }

    /** Flips directions along which the third moment is negative. */
    private Baseline oriented(String name, String description, double[] mean, INDArray encoder, INDArray decoder) {
        INDArray origin = Nd4j.create(mean).reshape(1, width);
        INDArray cubes = Nd4j.zeros(encoder.dataType(), 1, encoder.rows());
        for (INDArray rows : Float64.chunks(sample)) {
            try (rows;
                    INDArray c = rows.subiRowVector(origin).mmul(encoder.transpose())) {
                cubes.addi(Transforms.pow(c, 3, false).sum(true, 0));
            }
        }
        INDArray signs = Transforms.sign(cubes.addi(Double.MIN_NORMAL)).reshape(encoder.rows(), 1);
        return linear(name, description, mean, encoder.mulColumnVector(signs), decoder.mulColumnVector(signs), true);
    }

    private LinearBaseline linear(
            String name, String description, double[] origin, INDArray encoder, INDArray decoder, boolean signed) {
        INDArray row = Nd4j.create(origin).reshape(1, width);
        return new LinearBaseline(
                name, description, row, encoder, decoder, signed, options.metadata(), sample.getDevice());
    }
}
