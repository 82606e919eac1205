package dev.assay.explain.score;

import dev.assay.explain.Explanation;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Judge;
import dev.assay.explain.Part;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulated;
import dev.assay.explain.Simulator;
import dev.assay.explain.Stratum;
import dev.assay.explain.TextWindow;
import dev.assay.explain.measure.ConfusionMatrix;
import dev.assay.explain.measure.LinearCalibration;
import dev.assay.explain.measure.RankedOutcomes;
import dev.assay.explain.measure.SimulationAccumulator;
import dev.assay.explain.measure.SimulationScore;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Scores an explanation by the agreement of simulated and true activations in drawn windows (Bills et al., "Language models can explain
 * neurons in language models", 2023). The windows of a set are laid end to end.
 *
 * <p>Published figures: top and random active windows in equal numbers, top windows only, random active windows only and random windows. R²
 * and absolute deviation are those of top and random active windows, also after the least-squares line of the calibration documents.
 *
 * <p>Figures of the corpus: top windows have weight 1, random active windows represent the other active windows, and the silent ones among the
 * random windows all silent windows.
 */
public final class SimulationScorer implements Scorer {
    /** The name of the scorer. */
    public static final String NAME = "simulation";

    private final Simulator simulator;
    private final boolean calibrated;

    private SimulationScorer(Simulator simulator, boolean calibrated) {
        this.simulator = simulator;
        this.calibrated = calibrated;
    }

    /**
     * Creates a scorer that also simulates the calibration documents.
     *
     * @param simulator predicts activations
     * @return the scorer
     */
    public static SimulationScorer of(Simulator simulator) {
        return new SimulationScorer(simulator, true);
    }

    /**
     * Returns a scorer that does not simulate the calibration documents, to save requests.
     *
     * @return a scorer without F1 and calibrated figures
     */
    public SimulationScorer withoutCalibration() {
        return new SimulationScorer(simulator, false);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Judge judge() {
        return simulator.judge();
    }

    /** A window with its simulation. */
    private record Result(TextWindow window, Simulated simulated) {
        boolean failed() {
            return simulated instanceof Simulated.Failed;
        }

        /** Returns the simulated activations; zeros for a failed window. */
        float[] values() {
            return simulated instanceof Simulated.Values values ? values.activations() : new float[window.length()];
        }
    }

    /** The simulated windows of a part by stratum. */
    private record Results(Map<Stratum, List<Result>> byStratum, long activeWindows, long silentWindows) {
        List<Result> of(Stratum stratum) {
            return byStratum.get(stratum);
        }

        List<Result> topAndRandom() {
            int each =
                    Math.min(of(Stratum.TOP).size(), of(Stratum.RANDOM_ACTIVE).size());
            List<Result> both = new ArrayList<>(of(Stratum.TOP).subList(0, each));
            both.addAll(of(Stratum.RANDOM_ACTIVE).subList(0, each));
            return both;
        }

        List<Result> all() {
            return byStratum.values().stream().flatMap(List::stream).toList();
        }

        Results answered() {
            Map<Stratum, List<Result>> answered = new EnumMap<>(Stratum.class);
            byStratum.forEach((stratum, results) -> answered.put(
                    stratum, results.stream().filter(result -> !result.failed()).toList()));
            return new Results(answered, activeWindows, silentWindows);
        }

        /** Returns the windows that represent the corpus, with their weights. */
        List<Result> corpus() {
            List<Result> corpus = new ArrayList<>(of(Stratum.TOP));
            corpus.addAll(scaled(of(Stratum.RANDOM_ACTIVE), activeWindows));
            corpus.addAll(scaled(
                    of(Stratum.RANDOM_ANY).stream()
                            .filter(result -> !result.window().isActive())
                            .toList(),
                    silentWindows));
            return corpus;
        }

        private static List<Result> scaled(List<Result> results, long size) {
            double weight = results.stream()
                    .mapToDouble(result -> result.window().weight())
                    .sum();
            return results.stream()
                    .map(result -> new Result(
                            result.window()
                                    .weighted(
                                            result.window().stratum(),
                                            result.window().weight() * size / weight),
                            result.simulated()))
                    .toList();
        }
    }

    @Override
    public FeatureScore score(Explanation explanation, FeatureExamples examples) {
        Results test = simulate(explanation, examples, Part.TEST);
        Results calibration =
                calibrated ? simulate(explanation, examples, Part.CALIBRATION).answered() : new Results(Map.of(), 0, 0);
        Map<FailureKind, Integer> failures = new EnumMap<>(FailureKind.class);
        test.all().forEach(result -> {
            if (result.simulated() instanceof Simulated.Failed failed) {
                failures.merge(failed.kind(), 1, Integer::sum);
            }
        });
        Set<ScoreMetric> constant = EnumSet.noneOf(ScoreMetric.class);
        Map<ScoreMetric, Double> withFailures = values(test, calibration, EnumSet.noneOf(ScoreMetric.class));
        Map<ScoreMetric, Double> values = values(test.answered(), calibration, constant);
        return new FeatureScore(
                examples.latent(), NAME, values, withFailures, test.all().size(), failures, constant, List.of());
    }

    private Results simulate(Explanation explanation, FeatureExamples examples, Part part) {
        List<Stratum> strata = List.of(Stratum.TOP, Stratum.RANDOM_ACTIVE, Stratum.RANDOM_ANY);
        List<TextWindow> windows = examples.windows(part, strata);
        List<Simulated> simulated = simulator.simulate(explanation, windows);
        Map<Stratum, List<Result>> results = new EnumMap<>(Stratum.class);
        strata.forEach(stratum -> results.put(stratum, new ArrayList<>()));
        for (int i = 0; i < windows.size(); i++) {
            results.get(windows.get(i).stratum()).add(new Result(windows.get(i), simulated.get(i)));
        }
        return new Results(
                results, examples.size(part, Stratum.RANDOM_ACTIVE), examples.size(part, Stratum.NEGATIVE_RANDOM));
    }

    private static Map<ScoreMetric, Double> values(Results test, Results calibration, Set<ScoreMetric> constant) {
        Map<ScoreMetric, Double> values = new EnumMap<>(ScoreMetric.class);
        correlation(ScoreMetric.CORRELATION_TOP, test.of(Stratum.TOP), values, constant);
        correlation(ScoreMetric.CORRELATION_RANDOM_ACTIVE, test.of(Stratum.RANDOM_ACTIVE), values, constant);
        correlation(ScoreMetric.CORRELATION_RANDOM_ANY, test.of(Stratum.RANDOM_ANY), values, constant);
        correlation(ScoreMetric.CORRELATION_TOP_AND_RANDOM, test.topAndRandom(), values, constant);
        correlation(ScoreMetric.PEARSON, test.corpus(), values, constant);
        explained(test, calibration, values);
        ranked(test, calibration, values);
        return values;
    }

    private static void correlation(
            ScoreMetric metric, List<Result> results, Map<ScoreMetric, Double> values, Set<ScoreMetric> constant) {
        if (results.isEmpty()) {
            return;
        }
        SimulationScore score = score(results, metric == ScoreMetric.PEARSON);
        values.put(metric, score.correlation().value());
        if (score.correlation().constant()) {
            constant.add(metric);
        }
    }

    private static SimulationScore score(List<Result> results, boolean weighted) {
        SimulationAccumulator sums = new SimulationAccumulator();
        for (Result result : results) {
            sums.add(
                    result.window().activations(),
                    result.values(),
                    weighted ? result.window().weight() : 1);
        }
        return sums.score();
    }

    private static void explained(Results test, Results calibration, Map<ScoreMetric, Double> values) {
        List<Result> windows = test.topAndRandom();
        if (windows.isEmpty()) {
            return;
        }
        SimulationScore score = score(windows, false);
        values.put(ScoreMetric.R_SQUARED, score.rSquared());
        values.put(ScoreMetric.ABSOLUTE_DEVIATION, score.absoluteDeviationExplained());
        if (calibration.byStratum().isEmpty() || calibration.topAndRandom().isEmpty()) {
            return;
        }
        LinearCalibration line = LinearCalibration.fit(
                tokens(calibration.topAndRandom(), result -> result.window().activations()),
                tokens(calibration.topAndRandom(), Result::values));
        SimulationAccumulator sums = new SimulationAccumulator();
        sums.add(tokens(windows, result -> result.window().activations()), line.apply(tokens(windows, Result::values)));
        values.put(ScoreMetric.CALIBRATED_R_SQUARED, sums.score().rSquared());
        values.put(ScoreMetric.CALIBRATED_ABSOLUTE_DEVIATION, sums.score().absoluteDeviationExplained());
    }

    private static double[] tokens(List<Result> results, Function<Result, float[]> values) {
        return results.stream()
                .flatMapToDouble(result -> {
                    float[] activations = values.apply(result);
                    return IntStream.range(0, activations.length).mapToDouble(i -> activations[i]);
                })
                .toArray();
    }

    private static void ranked(Results test, Results calibration, Map<ScoreMetric, Double> values) {
        RankedOutcomes outcomes = new RankedOutcomes();
        for (Result result : test.corpus()) {
            float[] simulated = result.values();
            for (int i = 0; i < simulated.length; i++) {
                outcomes.add(
                        simulated[i],
                        result.window().activation(i) > 0,
                        result.window().weight());
            }
        }
        outcomes.averagePrecision().ifPresent(area -> {
            values.put(ScoreMetric.AUPRC, area);
            values.put(ScoreMetric.PREVALENCE, outcomes.positives() / (outcomes.positives() + outcomes.negatives()));
        });
        if (outcomes.positives() > 0 && !calibration.byStratum().isEmpty()) {
            DecisionThreshold threshold = new DecisionThreshold();
            for (Result result : calibration.corpus()) {
                float[] simulated = result.values();
                for (int i = 0; i < simulated.length; i++) {
                    threshold.add(
                            simulated[i],
                            result.window().activation(i) > 0,
                            result.window().weight());
                }
            }
            if (threshold.hasActive()) {
                ConfusionMatrix matrix = outcomes.atLeast(Math.nextUp(threshold.bound()));
                values.put(ScoreMetric.F1, matrix.f1());
                values.put(ScoreMetric.PRECISION, matrix.precision());
                values.put(ScoreMetric.RECALL, matrix.recall());
            }
        }
    }
}
