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
 * Finds out how well dictionaries recover known features: a map over sizes and L1 coefficients, as in Sharkey, Braun and Millidge,
 * "Taking features out of superposition with sparse autoencoders" (2022), and every architecture beside it.
 *
 * <pre>{@code
 * ToyReport report = ToyExperiment.of(ToySuperposition.of(64, 128)).seeds(5).run();
 * System.out.println(report.toText());
 * }</pre>
 *
 * <p>All dictionaries of a seed are trained in one pass over its rows. A seed decides true directions, rows, initialisation and
 * shuffling. Activations are scaled to a mean norm of √d in training, which is what coefficients are relative to.
 */
public final class ToyExperiment {
    /** The rows that dead latents, L0 and explained variance are measured on. */
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
     * Describes the experiment: half as many latents as there are features, as many, and twice as many, times five coefficients from
     * 0.25 to 4; every architecture with twice as many; 5 seeds of 200,000 rows each.
     *
     * @param toy the model; its seed is replaced
     * @return the experiment
     */
    public static ToyExperiment of(ToySuperposition toy) {
        return new ToyExperiment(toy);
    }

    /**
     * Sets the sizes of the map.
     *
     * @param latents at least one
     * @return this
     */
    public ToyExperiment sizes(int... latents) {
        InvalidInputException.require(latents.length > 0, "the map has no sizes, expected at least one");
        sizes = latents.clone();
        return this;
    }

    /**
     * Sets the coefficients of the map.
     *
     * @param lambdas at least one
     * @return this
     */
    public ToyExperiment coefficients(double... lambdas) {
        InvalidInputException.require(lambdas.length > 0, "the map has no coefficients, expected at least one");
        coefficients = lambdas.clone();
        return this;
    }

    /**
     * Sets the size at which all architectures are trained; twice the number of features unless set.
     *
     * @param latents at least 32
     * @return this
     */
    public ToyExperiment architectureSize(int latents) {
        architectureSize = latents;
        return this;
    }

    /**
     * Sets how often everything is done; 5 times unless set.
     *
     * @param number seeds from 0
     * @return this
     */
    public ToyExperiment seeds(int number) {
        InvalidInputException.require(number >= 1, "the seeds are " + number + ", expected at least 1");
        seeds = number;
        return this;
    }

    /**
     * Sets the rows that each dictionary is trained on; 200,000 unless set.
     *
     * @param rows at least a batch
     * @return this
     */
    public ToyExperiment tokens(long rows) {
        tokens = rows;
        return this;
    }

    /**
     * Sets the rows of a step; 256 unless set.
     *
     * @param rows at least 1
     * @return this
     */
    public ToyExperiment batchSize(int rows) {
        batch = rows;
        return this;
    }

    /**
     * Sets whether a progress bar is drawn on the error stream for each seed; it is unless set.
     *
     * @param shown whether it is
     * @return this
     */
    public ToyExperiment progress(boolean shown) {
        progress = shown;
        return this;
    }

    /**
     * Trains and measures.
     *
     * @return all figures
     * @throws IOException never: nothing is read or written
     * @throws InvalidInputException when a number is out of range, or a dictionary's training stops early
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

    /** The figures of all members for one seed, in their order. */
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

    /** The figures of one dictionary; a sweep's row has those that need no truth. */
    static Map<ToyFigure, Double> figures(ToySuperposition truth, SparseAutoencoder dictionary, SweepRow row) {
        DictionarySimilarity recovery = truth.recovery(dictionary);
        // Pairs are as many as the smaller of both has directions: of all features, not of pairs.
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
        figures.put(ToyFigure.EXPLAINED_VARIANCE, row.explainedVariance());
        figures.put(ToyFigure.SECONDS, row.seconds());
        return figures;
    }
}
