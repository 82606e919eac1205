package dev.assay.experiment.autointerp;

import dev.assay.experiment.Estimate;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ResultChart;
import dev.assay.experiment.ResultTable;
import dev.assay.explain.ScoreMetric;
import dev.assay.explain.measure.Bootstrap;
import dev.assay.explain.measure.RowDifference;
import dev.assay.explain.measure.ScoreInterval;
import dev.assay.explain.offline.ConstantSimulator;
import dev.assay.explain.offline.OracleSimulator;
import dev.assay.explain.offline.TokenLookupExplainer;
import dev.assay.view.Picture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * The tables, figures and findings of the experiment.
 *
 * @param explainer the name of the explainer
 * @param bases for each basis the scores of each seed
 */
record AutointerpResults(String explainer, Map<Basis, List<ScoredBasis>> bases) {
    private static final List<ScoreMetric> METRICS = new ArrayList<>();

    static {
        METRICS.addAll(BasisScoring.PUBLISHED);
        METRICS.addAll(ScoreMetric.HEADLINE);
    }

    /** The metrics of comparisons: the published score and the headline figures. */
    private static final List<ScoreMetric> COMPARED =
            List.of(ScoreMetric.CORRELATION_TOP_AND_RANDOM, ScoreMetric.F1, ScoreMetric.AUPRC, ScoreMetric.PEARSON);

    private static final List<String> CONTROLS =
            List.of(TokenLookupExplainer.NAME, BasisScoring.SHUFFLED, OracleSimulator.NAME, ConstantSimulator.NAME);

    void addTo(ExperimentRun run) {
        List<Comparison> compared = compared();
        run.table(scores());
        run.table(controls());
        run.table(comparisons(compared));
        run.table(moments());
        run.figure("scores", ranks());
        run.figure("kurtosis", scatter("kurtosis", feature -> feature.moments().kurtosis()));
        run.figure("skewness", scatter("skewness", feature -> feature.moments().skewness()));
        findings(run, compared);
    }

    private Estimate estimate(Basis basis, String row, ScoreMetric metric) {
        double[] values = values(basis, row, metric);
        if (values.length == 0) {
            return Estimate.exact(Double.NaN);
        }
        ScoreInterval interval = Bootstrap.DEFAULT.interval(values);
        return values.length == 1
                ? Estimate.exact(interval.mean())
                : new Estimate(interval.mean(), interval.low(), interval.high(), List.of());
    }

    private double[] values(Basis basis, String row, ScoreMetric metric) {
        return numbers(ScoredBasis.values(bases.get(basis), row, metric));
    }

    private static double[] numbers(Map<String, Double> values) {
        return values.values().stream().mapToDouble(Double::doubleValue).toArray();
    }

    private ResultTable scores() {
        ResultTable table = ResultTable.of("scores", "Scores of explanations by " + explainer + ", per basis")
                .text("basis", "basis")
                .number("features", "features")
                .number("excluded", "excluded")
                .number("density", "median density");
        METRICS.forEach(metric -> table.measure(metric.id(), metric.title()));
        bases.forEach((basis, seeds) -> {
            List<Object> cells = new ArrayList<>(List.of(
                    basis.id(),
                    sum(seeds, scored -> scored.features().size()),
                    sum(seeds, scored -> scored.dead() + scored.tooRare() + scored.failed()),
                    median(features(basis), feature -> feature.moments().density())));
            METRICS.forEach(metric -> cells.add(estimate(basis, ScoredBasis.EXPLAINED, metric)));
            table.row(cells.toArray());
        });
        bases.forEach((basis, seeds) -> table.note(basis.id() + ": " + basis.title() + "; of the drawn latents "
                + sum(seeds, ScoredBasis::dead) + " are never active, " + sum(seeds, ScoredBasis::tooRare)
                + " are active on too few documents, and " + sum(seeds, ScoredBasis::failed)
                + " have no explanation."));
        table.note(
                "F1 and AUPRC count tokens with an activation above 0. The chance level of AUPRC is the density, so both are high for"
                        + " dense bases; Pearson compares bases of different density.");
        return table;
    }

    private static int sum(List<ScoredBasis> seeds, ToDoubleFunction<ScoredBasis> number) {
        return (int) seeds.stream().mapToDouble(number).sum();
    }

    private ResultTable controls() {
        ResultTable table = ResultTable.of("controls", "The same scores with controls in place of the explanations")
                .text("basis", "basis")
                .text("row", "row");
        COMPARED.forEach(metric -> table.measure(metric.id(), metric.title()));
        for (Basis basis : bases.keySet()) {
            List<String> rows = new ArrayList<>(List.of(ScoredBasis.EXPLAINED));
            rows.addAll(CONTROLS);
            for (String row : rows) {
                List<Object> cells = new ArrayList<>(List.of(basis.id(), row));
                COMPARED.forEach(metric -> cells.add(estimate(basis, row, metric)));
                table.row(cells.toArray());
            }
        }
        table.note("The controls oracle and constant have known scores: 1, and a correlation of 0.");
        return table;
    }

    /** A difference before the correction for the number of comparisons. */
    private record Comparison(ScoreMetric metric, String row, String baseline, String kind, RowDifference difference) {}

    private List<Comparison> compared() {
        List<Comparison> all = new ArrayList<>();
        for (ScoreMetric metric : COMPARED) {
            List<Comparison> ofMetric = new ArrayList<>();
            for (Basis basis : bases.keySet()) {
                for (String control : List.of(TokenLookupExplainer.NAME, BasisScoring.SHUFFLED)) {
                    paired(basis, control, metric, ofMetric);
                }
            }
            double[] reference = values(Basis.SAE, ScoredBasis.EXPLAINED, metric);
            for (Basis basis : bases.keySet()) {
                double[] others = values(basis, ScoredBasis.EXPLAINED, metric);
                if (basis != Basis.SAE && reference.length > 0 && others.length > 0) {
                    ofMetric.add(new Comparison(
                            metric,
                            Basis.SAE.id(),
                            basis.id(),
                            "different features",
                            Bootstrap.DEFAULT.independent(reference, others)));
                }
            }
            all.addAll(adjusted(ofMetric));
        }
        return all;
    }

    private void paired(Basis basis, String control, ScoreMetric metric, List<Comparison> comparisons) {
        Map<String, Double> explained =
                new TreeMap<>(ScoredBasis.values(bases.get(basis), ScoredBasis.EXPLAINED, metric));
        Map<String, Double> others = new TreeMap<>(ScoredBasis.values(bases.get(basis), control, metric));
        explained.keySet().retainAll(others.keySet());
        others.keySet().retainAll(explained.keySet());
        if (!explained.isEmpty()) {
            comparisons.add(new Comparison(
                    metric,
                    basis.id(),
                    basis.id() + ", " + control,
                    "same features",
                    Bootstrap.DEFAULT.paired(numbers(explained), numbers(others))));
        }
    }

    private static List<Comparison> adjusted(List<Comparison> comparisons) {
        List<RowDifference> differences = RowDifference.adjusted(
                comparisons.stream().map(Comparison::difference).toList());
        List<Comparison> adjusted = new ArrayList<>();
        for (int i = 0; i < differences.size(); i++) {
            Comparison comparison = comparisons.get(i);
            adjusted.add(new Comparison(
                    comparison.metric(),
                    comparison.row(),
                    comparison.baseline(),
                    comparison.kind(),
                    differences.get(i)));
        }
        return adjusted;
    }

    private static ResultTable comparisons(List<Comparison> compared) {
        ResultTable table = ResultTable.of("comparisons", "Differences of mean scores")
                .text("metric", "metric")
                .text("row", "row")
                .text("baseline", "minus")
                .text("bootstrap", "bootstrap over")
                .measure("difference", "difference")
                .number("p", "p (Holm)");
        for (Comparison comparison : compared) {
            RowDifference difference = comparison.difference();
            table.row(
                    comparison.metric().title(),
                    comparison.row(),
                    comparison.baseline(),
                    comparison.kind(),
                    new Estimate(difference.mean(), difference.low(), difference.high(), List.of()),
                    difference.pValue());
        }
        table.note(
                "Rows of one basis have the same features and are compared in pairs; features of different bases are resampled"
                        + " independently. P-values are corrected by Holm's method over the comparisons of a metric.");
        return table;
    }

    private ResultTable moments() {
        ResultTable table = ResultTable.of("moments", "Skewness and kurtosis of the activations against the score")
                .text("basis", "basis")
                .number("density", "median density")
                .number("skewness", "median skewness")
                .number("kurtosis", "median kurtosis")
                .number("skewness_top_and_random", "rank correlation of skewness and top and random")
                .number("kurtosis_top_and_random", "of kurtosis and top and random")
                .number("skewness_pearson", "of skewness and Pearson")
                .number("kurtosis_pearson", "of kurtosis and Pearson");
        for (Basis basis : bases.keySet()) {
            momentsRow(table, basis.id(), features(basis));
        }
        momentsRow(
                table,
                "all",
                bases.keySet().stream()
                        .flatMap(basis -> features(basis).stream())
                        .toList());
        table.note("Moments are over all tokens of the training part of the stores, silent tokens included.");
        return table;
    }

    private List<ScoredBasis.Feature> features(Basis basis) {
        return bases.get(basis).stream()
                .flatMap(scored -> scored.features().stream())
                .toList();
    }

    private static void momentsRow(ResultTable table, String name, List<ScoredBasis.Feature> features) {
        ToDoubleFunction<ScoredBasis.Feature> skewness =
                feature -> feature.moments().skewness();
        ToDoubleFunction<ScoredBasis.Feature> kurtosis =
                feature -> feature.moments().kurtosis();
        table.row(
                name,
                median(features, feature -> feature.moments().density()),
                median(features, skewness),
                median(features, kurtosis),
                correlation(features, skewness, ScoreMetric.CORRELATION_TOP_AND_RANDOM),
                correlation(features, kurtosis, ScoreMetric.CORRELATION_TOP_AND_RANDOM),
                correlation(features, skewness, ScoreMetric.PEARSON),
                correlation(features, kurtosis, ScoreMetric.PEARSON));
    }

    private static double median(List<ScoredBasis.Feature> features, ToDoubleFunction<ScoredBasis.Feature> number) {
        double[] sorted = features.stream().mapToDouble(number).sorted().toArray();
        int half = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    private static double correlation(
            List<ScoredBasis.Feature> features, ToDoubleFunction<ScoredBasis.Feature> moment, ScoreMetric metric) {
        List<ScoredBasis.Feature> defined = features.stream()
                .filter(feature -> Double.isFinite(feature.score(ScoredBasis.EXPLAINED, metric)))
                .toList();
        return RankCorrelation.of(
                defined.stream().mapToDouble(moment).toArray(),
                defined.stream()
                        .mapToDouble(feature -> feature.score(ScoredBasis.EXPLAINED, metric))
                        .toArray());
    }

    /** Draws the scores of the features of each basis by rank, which shows whole distributions in one line each. */
    private Picture ranks() {
        ResultChart chart = ResultChart.of("Scores by rank", "share of the features", "correlation, top and random");
        for (Basis basis : bases.keySet()) {
            double[] sorted = values(basis, ScoredBasis.EXPLAINED, ScoreMetric.CORRELATION_TOP_AND_RANDOM);
            Arrays.sort(sorted);
            List<ResultChart.Point> points = new ArrayList<>();
            for (int i = 0; i < sorted.length; i++) {
                double share = sorted.length == 1 ? 0 : (double) i / (sorted.length - 1);
                points.add(new ResultChart.Point(share, Estimate.exact(sorted[sorted.length - 1 - i])));
            }
            if (points.isEmpty()) {
                continue;
            }
            if (basis == Basis.RANDOM_WEIGHTS || basis == Basis.RANDOM) {
                chart.control(basis.id(), points);
            } else {
                chart.line(basis.id(), points);
            }
        }
        return chart.picture();
    }

    private Picture scatter(String moment, ToDoubleFunction<ScoredBasis.Feature> number) {
        ResultChart chart = ResultChart.of(
                        "Score against " + moment, moment + " of the activations", "correlation, top and random")
                .logarithmicX()
                .scatter();
        for (Basis basis : bases.keySet()) {
            List<ResultChart.Point> points = features(basis).stream()
                    .filter(feature -> number.applyAsDouble(feature) > 0)
                    .filter(feature -> Double.isFinite(
                            feature.score(ScoredBasis.EXPLAINED, ScoreMetric.CORRELATION_TOP_AND_RANDOM)))
                    .map(feature -> new ResultChart.Point(
                            number.applyAsDouble(feature),
                            Estimate.exact(
                                    feature.score(ScoredBasis.EXPLAINED, ScoreMetric.CORRELATION_TOP_AND_RANDOM))))
                    .toList();
            if (!points.isEmpty()) {
                chart.line(basis.id(), points);
            }
        }
        return chart.picture();
    }

    private void findings(ExperimentRun run, List<Comparison> compared) {
        for (ScoreMetric metric : List.of(ScoreMetric.CORRELATION_TOP_AND_RANDOM, ScoreMetric.PEARSON)) {
            List<Basis> order = new ArrayList<>(bases.keySet());
            order.sort((first, second) -> Double.compare(mean(second, metric), mean(first, metric)));
            StringBuilder sentence = new StringBuilder("Order of the bases by " + metric.title() + ": ");
            for (Basis basis : order) {
                sentence.append(basis == order.get(0) ? "" : ", ")
                        .append(basis.id())
                        .append(String.format(Locale.ROOT, " %.3f", mean(basis, metric)));
            }
            run.finding(sentence.append('.').toString());
        }
        for (Comparison comparison : compared) {
            boolean lookup = comparison.baseline().endsWith(TokenLookupExplainer.NAME);
            boolean random = comparison.baseline().equals(Basis.RANDOM_WEIGHTS.id());
            if (comparison.metric() == ScoreMetric.PEARSON
                    && comparison.row().equals(Basis.SAE.id())
                    && (lookup || random)) {
                RowDifference difference = comparison.difference();
                run.finding(String.format(
                        Locale.ROOT,
                        "Pearson of sae minus %s: %.3f [%.3f, %.3f], p %.4f.",
                        comparison.baseline(),
                        difference.mean(),
                        difference.low(),
                        difference.high(),
                        difference.pValue()));
            }
        }
    }

    private double mean(Basis basis, ScoreMetric metric) {
        double mean = estimate(basis, ScoredBasis.EXPLAINED, metric).mean();
        return Double.isNaN(mean) ? -1 : mean;
    }
}
