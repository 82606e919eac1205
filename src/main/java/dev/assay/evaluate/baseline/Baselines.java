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
 * Fits directions to a sample of activations, for dictionaries to be compared with.
 *
 * <pre>{@code
 * Baseline ica = Baselines.of(sample).seed(1).metadata(sae.metadata()).ica();
 * try (Dictionary sparse = ica.topK(32)) { … }
 * }</pre>
 *
 * <p>Fitting is in float64 on ND4J and takes a few times the memory of the sample in float64. Principal and independent components
 * are oriented by the stronger tail: along v the sample has {@code Σ c³ ≥ 0}.
 */
public final class Baselines {
    private final NDArray sample;
    private final int width;
    private SaeMetadata metadata = SaeMetadata.builder().build();
    private long seed;
    private int components;
    private int rounds = 200;

    private Baselines(NDArray sample) {
        this.sample = sample;
        this.width = Math.toIntExact(sample.getShape().get(1));
        this.components = width;
    }

    /**
     * Takes a sample.
     *
     * @param sample [n, d], at least two rows; stays the caller's, open and unchanged as long as baselines are fitted
     * @return the options
     */
    public static Baselines of(NDArray sample) {
        if (sample.getShape().dimension() != 2 || sample.getShape().get(0) < 2) {
            throw new InvalidInputException(
                    "the sample has shape " + sample.getShape() + ", expected [n, d] with at least two rows");
        }
        try (Scope scope = Scope.open()) {
            if (!Float.isFinite(sample.abs().max().getFloat())) {
                throw new InvalidInputException("the sample holds values that are not finite");
            }
        }
        return new Baselines(sample);
    }

    /**
     * Sets what decides where searches start and which directions are drawn; 0 unless set.
     *
     * @param number the seed
     * @return this
     */
    public Baselines seed(long number) {
        seed = number;
        return this;
    }

    /**
     * Sets how many components {@link #pca}, {@link #ica} and {@link #nmf} look for; d unless set.
     *
     * @param most at least 1; PCA and ICA have at most d
     * @return this
     */
    public Baselines components(int most) {
        InvalidInputException.requireAtLeast(1, "the number of components", most);
        components = most;
        return this;
    }

    /**
     * Sets after how many rounds ICA and NMF stop at the latest, and how many updates find the codes of NMF; 200 unless set.
     *
     * @param most at least 1
     * @return this
     */
    public Baselines rounds(int most) {
        InvalidInputException.requireAtLeast(1, "the number of rounds", most);
        rounds = most;
        return this;
    }

    /**
     * Sets where the dictionaries say that they are from, so that they are measured at the same site; empty unless set.
     *
     * @param from such as the metadata of the dictionary that they stand beside
     * @return this
     */
    public Baselines metadata(SaeMetadata from) {
        metadata = from;
        return this;
    }

    /**
     * Finds the directions of largest variance.
     *
     * @return at most d orthonormal directions around the mean, read both ways
     */
    public Baseline pca() {
        PrincipalComponents principal = PrincipalComponents.of(sample);
        int count = Math.min(components, width);
        INDArray directions = principal.first(count);
        return oriented("pca", count + " principal components", principal.mean(), directions, directions);
    }

    /**
     * Finds independent components by FastICA: symmetric, log cosh, on whitened activations.
     *
     * @return at most d directions around the mean, read both ways; coordinates are lengths along unit directions
     */
    public Baseline ica() {
        IndependentComponents found = IndependentComponents.of(sample, components, rounds, seed);
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
     * Factorises the activations into non-negative codes and components. Negative activations count as dimensions of their own:
     * {@code [max(x, 0), max(−x, 0)]} is what is factorised, and what new rows are encoded from.
     *
     * @return directions through 0, read one way; dictionaries encode by iteration, which takes its time
     */
    public Baseline nmf() {
        NonNegativeFactors factors = NonNegativeFactors.of(sample, components, rounds, seed);
        return new NonNegativeBaseline(factors, rounds, metadata, sample.getDevice());
    }

    /**
     * Takes the dimensions of the activation.
     *
     * @return d directions around the mean, read both ways
     */
    public Baseline neurons() {
        INDArray unit = Nd4j.eye(width).castTo(DataType.DOUBLE);
        return linear("neurons", "the dimensions of the activation, centred", mean(), unit, unit, true);
    }

    /**
     * Takes the positive sides of the dimensions of the activation, as it is: {@code max(x, 0)}.
     *
     * @return d directions through 0, read one way
     */
    public Baseline relu() {
        INDArray unit = Nd4j.eye(width).castTo(DataType.DOUBLE);
        double[] zero = new double[width];
        return linear("relu", "the positive sides of the dimensions of the activation", zero, unit, unit, false);
    }

    /**
     * Draws directions that are uniform on the sphere.
     *
     * @param count how many
     * @return directions around the mean, read both ways
     */
    public Baseline random(int count) {
        InvalidInputException.requireAtLeast(1, "the number of random directions", count);
        INDArray unit = RandomDirections.draw(count, width, seed);
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

    /** Turns each direction so that the third moment along it is not negative. */
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
            String name, String description, double[] origin, INDArray encoder, INDArray decoder, boolean bothWays) {
        INDArray row = Nd4j.create(origin).reshape(1, width);
        return new LinearBaseline(name, description, row, encoder, decoder, bothWays, metadata, sample.getDevice());
    }
}
