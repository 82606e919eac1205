package dev.assay.toy;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.similarity.DictionarySimilarity;
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
    /** The number of rows on which dead latents, L0 and explained variance are measured. */
    static final int MEASURED = 20_480;

    private final ToySuperposition toy;
    private int[] sizes;
    private double[] coefficients = {0.25, 0.5, 1, 2, 4};
    private int architectureSize;
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
        List<ToyMember> grid = Arrays.stream(sizes)
                .boxed()
                .flatMap(size -> Arrays.stream(coefficients).mapToObj(lambda -> ToyMember.cell(size, lambda)))
                .toList();
        int k = Math.max(1, (int) Math.round(Arrays.stream(toy.probabilities()).sum()));
        List<ToyMember> architectures = ToyMember.architectures(k, architectureSize);
        List<ToyMember> all = new ArrayList<>(grid);
        all.addAll(architectures);
        List<List<Map<ToyFigure, Double>>> measured = new ArrayList<>();
        for (long seed = 0; seed < seeds; seed++) {
            measured.add(train(all, seed));
        }
        List<ToyResult> results = IntStream.range(0, all.size())
                .mapToObj(i -> new ToyResult(
                        all.get(i), measured.stream().map(seed -> seed.get(i)).toList()))
                .toList();
        return new ToyReport(
                toy.description(),
                tokens,
                batch,
                seeds,
                results.subList(0, grid.size()),
                results.subList(grid.size(), all.size()));
    }

    /** Measures all members for one seed, in order. */
    private List<Map<ToyFigure, Double>> train(List<ToyMember> members, long seed) throws IOException {
        ToySuperposition source = toy.seed(seed);
        SaeSweep sweep = SaeSweep.of(source)
                .tokens(tokens)
                .batchSize(batch)
                .shuffleSeed(seed)
                .progress(progress);
        members.forEach(member -> sweep.member(member.name().replace(' ', '-'), () -> member.trainer(seed)));
        for (SweepMember planned : sweep.members()) {
            InvalidInputException.require(
                    planned.refusal() == null, planned.name() + " cannot be trained: " + planned.refusal());
        }
        try (SweepResult result = sweep.train()) {
            for (SweepOutcome failed : result.failures()) {
                throw new InvalidInputException(failed.member().name() + " with seed " + seed + " stopped: "
                        + failed.failure().orElseThrow());
            }
            List<SweepRow> rows = SweepEvaluation.run(source, result, MEASURED);
            return IntStream.range(0, members.size())
                    .mapToObj(i -> figures(
                            source, result.outcomes().get(i).dictionary().orElseThrow(), rows.get(i)))
                    .toList();
        }
    }

    /** Measures one dictionary; the row of the sweep has the figures that do not need the true directions. */
    static Map<ToyFigure, Double> figures(ToySuperposition truth, SparseAutoencoder dictionary, SweepRow row) {
        DictionarySimilarity recovery = truth.recovery(dictionary);
        // A share of all features: there are only as many pairs as the smaller side has directions.
        double pairs = (double) recovery.matchedCosines().length / recovery.latentsOfA();
        Map<ToyFigure, Double> figures = new EnumMap<>(ToyFigure.class);
        figures.put(ToyFigure.TRUTH_TO_DICTIONARY, recovery.mmcsOfA().value());
        figures.put(ToyFigure.TRUTH_TO_RANDOM, recovery.mmcsOfA().random());
        figures.put(ToyFigure.DICTIONARY_TO_TRUTH, recovery.mmcsOfB().value());
        figures.put(ToyFigure.DICTIONARY_TO_RANDOM, recovery.mmcsOfB().random());
        figures.put(ToyFigure.FOUND, recovery.matchedShare().value() * pairs);
        figures.put(ToyFigure.FOUND_IN_RANDOM, recovery.matchedShare().random() * pairs);
        figures.put(ToyFigure.DEAD, row.deadShare());
        figures.put(ToyFigure.L0, row.l0());
        figures.put(
                ToyFigure.EXPLAINED_VARIANCE, row.explainedVariance() == null ? Double.NaN : row.explainedVariance());
        figures.put(ToyFigure.SECONDS, row.seconds());
        return figures;
    }
}
