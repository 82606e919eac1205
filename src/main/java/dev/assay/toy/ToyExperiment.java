package dev.assay.toy;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.similarity.DirectionRecovery;
import dev.assay.evaluate.similarity.RandomMaxCosine;
import dev.assay.evaluate.sweep.SweepEvaluation;
import dev.assay.evaluate.sweep.SweepRow;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.SaeSweep;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.SweepOutcome;
import dev.assay.train.plan.SweepResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Measures how well dictionaries recover known features: over a grid of sizes and L1 coefficients, as in Sharkey, Braun and Millidge,
 * "Taking features out of superposition with sparse autoencoders" (2022), and for every architecture.
 *
 * <pre>{@code
 * ToyReport report = ToyExperiment.of(ToySuperposition.of(64, 128)).seeds(5).run();
 * System.out.println(report.toText());
 * }</pre>
 *
 * <p>All dictionaries of a seed are trained in one pass over its rows. A seed determines true directions, rows, initialization and
 * shuffling. In training, activations are scaled to a typical distance of √d from their centre; coefficients refer to this
 * scale.
 */
public final class ToyExperiment {
    private static final int MEASURED = 20_480;
    private static final double MATCHED = 0.9;
    /** Separates the seeds of sizes from those of runs. */
    private static final long SIZE_STRIDE = 0x9E37L;

    private final ToySuperposition toy;
    private int[] sizes;
    private double[] coefficients = {0.25, 0.5, 1, 2, 4};
    private L1Convention convention = L1Convention.SUM_PER_SAMPLE;
    private double learningRate = ToyMember.LEARNING_RATE;
    private double activeShare;
    private boolean architectures = true;
    private int architectureSize;
    private int measured = MEASURED;
    private int seeds = 5;
    private long tokens = 200_000;
    private int batch = 256;
    private boolean progress = true;

    private ToyExperiment(ToySuperposition toy) {
        this.toy = toy;
        int features = toy.probabilities().length;
        this.sizes = new int[] {features / 2, features, 2 * features};
        this.architectureSize = 2 * features;
    }

    /**
     * Creates the default experiment: half, one and two times as many latents as features, with five coefficients from 0.25 to 4; every
     * architecture with twice as many latents as features; 5 seeds of 200,000 rows each.
     *
     * @param toy the model; its seed is replaced
     * @return the experiment
     */
    public static ToyExperiment of(ToySuperposition toy) {
        return new ToyExperiment(toy);
    }

    /**
     * Sets the sizes of the grid.
     *
     * @param latents numbers of latents, at least one
     * @return this
     */
    public ToyExperiment sizes(int... latents) {
        InvalidInputException.require(latents.length > 0, "the grid has no sizes, expected at least one");
        sizes = latents.clone();
        return this;
    }

    /**
     * Sets the L1 coefficients of the grid.
     *
     * @param lambdas at least one
     * @return this
     */
    public ToyExperiment coefficients(double... lambdas) {
        InvalidInputException.require(lambdas.length > 0, "the grid has no coefficients, expected at least one");
        coefficients = lambdas.clone();
        return this;
    }

    /**
     * Sets the meaning of the coefficients of the grid. The default is {@link L1Convention#SUM_PER_SAMPLE}.
     *
     * @param meaning the convention
     * @return this
     */
    public ToyExperiment convention(L1Convention meaning) {
        convention = meaning;
        return this;
    }

    /**
     * Sets the peak learning rate of the grid. The default is 0.01.
     *
     * @param rate above 0
     * @return this
     */
    public ToyExperiment learningRate(double rate) {
        learningRate = rate;
        return this;
    }

    /**
     * Sets the start of the grid: encoder biases with which each latent is active on a share of the rows, and no subtraction of the decoder
     * bias from the input. Most steps are then sparse, and features are found in fewer rows. The default is the standard start.
     *
     * @param share between 0 and 1, or 0 for the standard start
     * @return this
     */
    public ToyExperiment sparseStart(double share) {
        activeShare = share;
        return this;
    }

    /**
     * Trains the grid only, without one dictionary of each architecture. Dictionaries of different sizes then start from independent
     * directions: otherwise untrained latents of a small one would also be latents of each larger one. This makes {@link
     * ToyFigure#NEXT_LARGER} meaningful, which is measured only here.
     *
     * @return this
     */
    public ToyExperiment gridOnly() {
        architectures = false;
        return this;
    }

    /**
     * Sets the number of rows on which dead latents, L0 and explained variance are measured. The default is 20,480.
     *
     * @param rows at least 1, rounded up to a multiple of 1,024
     * @return this
     */
    public ToyExperiment measuredRows(int rows) {
        InvalidInputException.require(rows >= 1, "the measured rows are " + rows + ", expected at least 1");
        measured = rows;
        return this;
    }

    /**
     * Sets the size of the architectures. The default is twice the number of features.
     *
     * @param latents at least 32
     * @return this
     */
    public ToyExperiment architectureSize(int latents) {
        architectureSize = latents;
        return this;
    }

    /**
     * Sets the number of seeds. The default is 5.
     *
     * @param number seeds 0 to number − 1 are used
     * @return this
     */
    public ToyExperiment seeds(int number) {
        InvalidInputException.require(number >= 1, "the seeds are " + number + ", expected at least 1");
        seeds = number;
        return this;
    }

    /**
     * Sets the number of training rows of each dictionary. The default is 200,000.
     *
     * @param rows at least a batch
     * @return this
     */
    public ToyExperiment tokens(long rows) {
        tokens = rows;
        return this;
    }

    /**
     * Sets the rows per step. The default is 256.
     *
     * @param rows at least 1
     * @return this
     */
    public ToyExperiment batchSize(int rows) {
        batch = rows;
        return this;
    }

    /**
     * Sets whether a progress bar is drawn on the error stream for each seed. The default is true.
     *
     * @param shown whether to draw it
     * @return this
     */
    public ToyExperiment progress(boolean shown) {
        progress = shown;
        return this;
    }

    /**
     * Trains and measures all dictionaries.
     *
     * @return the report
     * @throws IOException never: nothing is read or written
     * @throws InvalidInputException if a number is out of range or the training of a dictionary stops early
     */
    public ToyReport run() throws IOException {
        List<List<ToyMeasurement>> measurements = new ArrayList<>();
        for (long seed = 0; seed < seeds; seed++) {
            measurements.add(measure(seed));
        }
        return report(measurements);
    }

    /**
     * Combines the measurements of seeds.
     *
     * @param measurements of each seed, as returned by {@link #measure}
     * @return the report
     */
    public ToyReport report(List<List<ToyMeasurement>> measurements) {
        List<ToyResult> results = IntStream.range(0, measurements.get(0).size())
                .mapToObj(i -> new ToyResult(
                        measurements.get(0).get(i).member(),
                        measurements.stream().map(seed -> seed.get(i).figures()).toList()))
                .toList();
        int cells = sizes.length * coefficients.length;
        return new ToyReport(
                toy.description(),
                tokens,
                batch,
                measurements.size(),
                results.subList(0, cells),
                results.subList(cells, results.size()));
    }

    /**
     * Returns the dictionaries of one seed.
     *
     * @return the cells of the grid by size, then by coefficient, followed by the architectures
     */
    public List<ToyMember> members() {
        List<ToyMember> members = new ArrayList<>();
        for (int size : sizes) {
            for (double coefficient : coefficients) {
                members.add(ToyMember.cell(size, coefficient, convention, toy.width(), learningRate, activeShare));
            }
        }
        if (architectures) {
            int k = Math.max(
                    1, (int) Math.round(Arrays.stream(toy.probabilities()).sum()));
            members.addAll(ToyMember.architectures(k, architectureSize));
        }
        return members;
    }

    /**
     * Trains all dictionaries of one seed in one pass and measures them.
     *
     * @param seed determines true directions, rows, initialization and shuffling
     * @return the measurements in the order of {@link #members}
     * @throws IOException never: nothing is read or written
     * @throws InvalidInputException if a number is out of range or the training of a dictionary stops early
     */
    public List<ToyMeasurement> measure(long seed) throws IOException {
        ToySuperposition source = toy.seed(seed);
        List<ToyMember> members = members();
        SaeSweep sweep = SaeSweep.of(source)
                .tokens(tokens)
                .batchSize(batch)
                .shuffleSeed(seed)
                .progress(progress);
        members.forEach(
                member -> sweep.member(member.name().replace(' ', '-'), () -> member.trainer(startSeed(member, seed))));
        for (SweepMember planned : sweep.members()) {
            InvalidInputException.require(
                    planned.refusal() == null, planned.name() + " cannot be trained: " + planned.refusal());
        }
        try (SweepResult result = sweep.train()) {
            for (SweepOutcome failed : result.failures()) {
                throw new InvalidInputException(failed.member().name() + " with seed " + seed + " stopped: "
                        + failed.failure().orElseThrow());
            }
            List<SparseAutoencoder> dictionaries = result.outcomes().stream()
                    .map(outcome -> outcome.dictionary().orElseThrow())
                    .toList();
            List<SweepRow> rows = SweepEvaluation.run(source, result, measured);
            List<ToyMeasurement> measurements = new ArrayList<>();
            for (int i = 0; i < members.size(); i++) {
                Map<ToyFigure, Double> figures = figures(source, dictionaries.get(i), rows.get(i));
                int larger = i + coefficients.length;
                if (!architectures && larger < sizes.length * coefficients.length) {
                    addNextLarger(figures, dictionaries.get(i), dictionaries.get(larger));
                }
                measurements.add(new ToyMeasurement(members.get(i), figures));
            }
            return measurements;
        }
    }

    private long startSeed(ToyMember member, long seed) {
        return architectures ? seed : new SplittableRandom(seed + SIZE_STRIDE * member.dSae()).nextLong();
    }

    /** Measures one dictionary; the row of the sweep has the figures that do not need the true directions. */
    static Map<ToyFigure, Double> figures(ToySuperposition truth, SparseAutoencoder dictionary, SweepRow row) {
        DirectionRecovery recovery = truth.directionRecovery(dictionary, MATCHED);
        int features = recovery.truths();
        RandomMaxCosine randomDictionary = new RandomMaxCosine(dictionary.dIn(), dictionary.dSae());
        Map<ToyFigure, Double> figures = new EnumMap<>(ToyFigure.class);
        figures.put(ToyFigure.TRUTH_TO_DICTIONARY, recovery.truthToDictionary());
        figures.put(ToyFigure.TRUTH_TO_RANDOM, randomDictionary.meanMaxCosine());
        figures.put(ToyFigure.DICTIONARY_TO_TRUTH, recovery.dictionaryToTruth());
        figures.put(ToyFigure.DICTIONARY_TO_RANDOM, new RandomMaxCosine(dictionary.dIn(), features).meanMaxCosine());
        figures.put(ToyFigure.FOUND, recovery.recall());
        figures.put(ToyFigure.FOUND_IN_RANDOM, randomDictionary.shareAbove(MATCHED));
        figures.put(ToyFigure.PRECISION, recovery.precision());
        figures.put(ToyFigure.NEXT_LARGER, Double.NaN);
        figures.put(ToyFigure.NEXT_LARGER_RANDOM, Double.NaN);
        figures.put(ToyFigure.DEAD, row.deadShare());
        figures.put(ToyFigure.L0, row.l0());
        figures.put(
                ToyFigure.EXPLAINED_VARIANCE, row.explainedVariance() == null ? Double.NaN : row.explainedVariance());
        figures.put(ToyFigure.SECONDS, row.seconds());
        return figures;
    }

    private static void addNextLarger(
            Map<ToyFigure, Double> figures, SparseAutoencoder dictionary, SparseAutoencoder larger) {
        figures.put(ToyFigure.NEXT_LARGER, DirectionRecovery.mmcs(dictionary.decoder(), larger.decoder()));
        figures.put(ToyFigure.NEXT_LARGER_RANDOM, new RandomMaxCosine(larger.dIn(), larger.dSae()).meanMaxCosine());
    }
}
