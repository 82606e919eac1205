package dev.assay.experiment.layers;

import dev.assay.experiment.Estimate;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ResultChart;
import dev.assay.experiment.ResultTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Collects the measurements of all seeds and turns them into tables, figures and findings. */
final class LayerResults {
    private final List<List<LayerMeasurement>> trained = new ArrayList<>(); // [seeds][members]
    private final List<List<LayerMeasurement>> randomWeights = new ArrayList<>();

    /** Adds a seed; both lists have the same members in the same order. */
    void add(List<LayerMeasurement> ofTrained, List<LayerMeasurement> ofRandomWeights) {
        trained.add(ofTrained);
        randomWeights.add(ofRandomWeights);
    }

    void addTo(ExperimentRun run) {
        run.table(reconstruction());
        run.table(standardMetrics());
        run.table(sites());
        for (String site : siteNames()) {
            run.figure(
                    "fvu_" + site.replaceAll("[^a-z0-9]+", "_"), fvuChart(site).picture());
        }
        for (boolean residual : new boolean[] {true, false}) {
            List<String> names = siteNames().stream()
                    .filter(site -> LayerPlan.isResidual(site) == residual)
                    .toList();
            if (names.size() > 1) {
                run.figure(
                        "perplexity_" + (residual ? "residual" : "mlp"),
                        perplexityChart(names, residual).picture());
            }
        }
        findings(run);
    }

    private ResultTable reconstruction() {
        ResultTable table = ResultTable.of("reconstruction", "Reconstruction and loss")
                .text("site", "site")
                .text("method", "method")
                .number("sparsity", "λ or k")
                .number("latents", "latents")
                .measure("l0", "L0")
                .nullOf("l0", "l0_random_weights", "L0, random weights")
                .measure("fvu", "FVU")
                .nullOf("fvu", "fvu_random_weights", "FVU, random weights")
                .nullOf("fvu", "fvu_random", "FVU, random directions")
                .measure("loss_recovered", "loss recovered")
                .nullOf("loss_recovered", "loss_recovered_random", "of random directions")
                .measure("perplexity", "perplexity")
                .nullOf("perplexity", "perplexity_random", "of random directions");
        forEachMember((member, index) -> table.row(
                member.site(),
                member.method(),
                member.sparsity(),
                member.latents(),
                estimate(trained, index, LayerMeasurement::l0),
                estimate(randomWeights, index, LayerMeasurement::l0),
                estimate(trained, index, LayerMeasurement::fvu),
                estimate(randomWeights, index, LayerMeasurement::fvu),
                estimate(trained, index, one -> one.inModel().randomFvu()),
                estimate(trained, index, one -> one.inModel().recovered()),
                estimate(trained, index, one -> one.inModel().randomRecovered()),
                estimate(trained, index, one -> one.inModel().replaced()),
                estimate(trained, index, one -> one.inModel().random())));
        return table.note(
                "λ refers to activations scaled to a typical distance of √d from their centre and to the squared error as a"
                        + " sum over dimensions (l1.sumPerSample). Random directions: a random dictionary with as"
                        + " many latents and as many of them active. Loss recovered is relative to mean ablation.");
    }

    private ResultTable standardMetrics() {
        ResultTable table = ResultTable.of("standard", "Standard metrics")
                .text("site", "site")
                .text("method", "method")
                .number("sparsity", "λ or k")
                .measure("active", "active latents (> 10 firings)")
                .number("active_bootstrap_low", "bootstrap, low")
                .number("active_bootstrap_high", "high")
                .nullOf("active", "active_random_weights", "random weights")
                .measure("dimensions", "Σ capacity")
                .nullOf("dimensions", "dimensions_random_weights", "random weights")
                .measure("neurons", "neurons per latent")
                .nullOf("neurons", "neurons_random_weights", "random weights")
                .measure("skew_zero", "skew about 0")
                .measure("skew", "skew")
                .measure("kurtosis_zero", "kurtosis about 0")
                .measure("kurtosis", "kurtosis")
                .nullOf("kurtosis", "kurtosis_random_weights", "random weights")
                .measure("auroc", "AUROC")
                .nullOf("auroc", "auroc_activations", "of the activations")
                .nullOf("auroc", "auroc_random_weights", "random weights");
        forEachMember((member, index) -> table.row(
                member.site(),
                member.method(),
                member.sparsity(),
                estimate(trained, index, one -> one.everActive().value()),
                estimate(trained, index, one -> one.everActive().low()).mean(),
                estimate(trained, index, one -> one.everActive().high()).mean(),
                estimate(randomWeights, index, one -> one.everActive().value()),
                estimate(trained, index, LayerMeasurement::effectiveDimensions),
                estimate(randomWeights, index, LayerMeasurement::effectiveDimensions),
                estimate(trained, index, LayerMeasurement::neurons),
                estimate(randomWeights, index, LayerMeasurement::neurons),
                estimate(trained, index, one -> one.moments().skewAboutZero()),
                estimate(trained, index, one -> one.moments().skew()),
                estimate(trained, index, one -> one.moments().kurtosisAboutZero()),
                estimate(trained, index, one -> one.moments().kurtosis()),
                estimate(randomWeights, index, one -> one.moments().kurtosis()),
                estimate(trained, index, LayerMeasurement::auroc),
                estimate(trained, index, LayerMeasurement::activationAuroc),
                estimate(randomWeights, index, LayerMeasurement::auroc)));
        return table.note(
                "Skew and kurtosis are medians over active latents on all tokens. About 0 is the convention of the original,"
                        + " about the mean the usual one. The AUROC of a logistic regression on the codes is on held-out stories; a dash"
                        + " means that the text has no labels.");
    }

    private ResultTable sites() {
        ResultTable table = ResultTable.of("sites", "Perplexity of the model")
                .text("site", "site")
                .measure("clean", "unmodified")
                .measure("mean_ablated", "mean activation")
                .measure("zero_ablated", "zeros");
        for (String site : siteNames()) {
            int index = indices(site).get(0);
            table.row(
                    site,
                    estimate(trained, index, one -> one.inModel().clean()),
                    estimate(trained, index, one -> one.inModel().meanAblated()),
                    estimate(trained, index, one -> one.inModel().zeroAblated()));
        }
        return table.note("exp(total nats / total tokens) on held-out text.");
    }

    private ResultChart fvuChart(String site) {
        ResultChart chart =
                ResultChart.of(site, "active latents per token (L0)", "FVU").logarithmicX();
        byMethod(site)
                .forEach((method, indices) ->
                        chart.line(method, points(trained, indices, LayerMeasurement::l0, LayerMeasurement::fvu)));
        List<Integer> main = byMethod(site).get(LayerPlan.main(site));
        chart.control(
                LayerPlan.main(site) + ", random weights",
                points(randomWeights, main, LayerMeasurement::l0, LayerMeasurement::fvu));
        chart.control(
                "random directions",
                points(
                        trained,
                        indices(site),
                        LayerMeasurement::l0,
                        one -> one.inModel().randomFvu()));
        return chart;
    }

    private ResultChart perplexityChart(List<String> names, boolean residual) {
        ResultChart chart = ResultChart.of(
                        residual ? "Replaced residual stream" : "Replaced MLP activations", "layer", "perplexity")
                .logarithmicY();
        Map<Double, List<ResultChart.Point>> byL1 = new LinkedHashMap<>();
        List<ResultChart.Point> clean = new ArrayList<>();
        List<ResultChart.Point> ablated = new ArrayList<>();
        for (String site : names) {
            double layer = Integer.parseInt(site.split("\\.")[1]);
            for (int index : byMethod(site).get(LayerPlan.main(site))) {
                byL1.computeIfAbsent(member(index).sparsity(), l1 -> new ArrayList<>())
                        .add(new ResultChart.Point(
                                layer,
                                estimate(trained, index, one -> one.inModel().replaced())));
            }
            int first = indices(site).get(0);
            clean.add(new ResultChart.Point(
                    layer, estimate(trained, first, one -> one.inModel().clean())));
            ablated.add(new ResultChart.Point(
                    layer, estimate(trained, first, one -> one.inModel().meanAblated())));
        }
        byL1.forEach(
                (l1, points) -> chart.line(LayerPlan.main(names.get(0)) + ", L1 " + ResultTable.given(l1), points));
        chart.control("unmodified", clean);
        chart.control("mean activation", ablated);
        return chart;
    }

    private static List<ResultChart.Point> points(
            List<List<LayerMeasurement>> seeds,
            List<Integer> indices,
            ToDoubleFunction<LayerMeasurement> x,
            ToDoubleFunction<LayerMeasurement> y) {
        return indices.stream()
                .map(index -> new ResultChart.Point(estimate(seeds, index, x).mean(), estimate(seeds, index, y)))
                .toList();
    }

    private void findings(ExperimentRun run) {
        long between = trained.get(0).stream()
                .filter(one -> one.inModel().replaced() >= one.inModel().clean()
                        && one.inModel().replaced() <= one.inModel().zeroAblated())
                .count();
        run.finding(
                "With seed 0, the perplexity with the reconstruction is between that of the unmodified model and that of zero"
                        + " ablation for " + between + " of " + trained.get(0).size() + " dictionaries.");
        long rising = siteNames().stream().filter(this::fvuRises).count();
        run.finding(
                "Along the L1 coefficients of the main architecture, mean L0 falls and mean FVU rises at every step for "
                        + rising + " of " + siteNames().size() + " sites.");
        Set<Double> l0 = new LinkedHashSet<>();
        forEachMember((member, index) -> {
            if (LayerMember.countsLatents(member.method())) {
                l0.add(member.sparsity());
            }
        });
        l0.stream().sorted().forEach(target -> order(run, target));
    }

    private boolean fvuRises(String site) {
        List<Integer> main = byMethod(site).get(LayerPlan.main(site)).stream()
                .sorted((a, b) -> Double.compare(member(a).sparsity(), member(b).sparsity()))
                .toList();
        for (int i = 1; i < main.size(); i++) {
            double fvu = mean(main.get(i), LayerMeasurement::fvu) - mean(main.get(i - 1), LayerMeasurement::fvu);
            double l0 = mean(main.get(i), LayerMeasurement::l0) - mean(main.get(i - 1), LayerMeasurement::l0);
            if (fvu < 0 || l0 > 0) {
                return false;
            }
        }
        return true;
    }

    /** Reports the mean FVU over sites of each method whose L0 range contains a target at all sites, best first. */
    private void order(ExperimentRun run, double target) {
        Map<String, Double> sums = new LinkedHashMap<>();
        for (String site : siteNames()) {
            byMethod(site).forEach((method, indices) -> sums.merge(method, fvuAt(indices, target), Double::sum));
        }
        int sites = siteNames().size();
        String order = sums.entrySet().stream()
                .filter(sum -> Double.isFinite(sum.getValue()))
                .filter(sum ->
                        siteNames().stream().allMatch(site -> byMethod(site).containsKey(sum.getKey())))
                .sorted(Map.Entry.comparingByValue())
                .map(sum -> String.format(Locale.ROOT, "%s %.3f", sum.getKey(), sum.getValue() / sites))
                .collect(Collectors.joining(", "));
        if (order.contains(",")) {
            run.finding(String.format(
                    Locale.ROOT,
                    "Mean FVU over sites at an L0 of %s, interpolated linearly in log L0, for the methods whose range contains it"
                            + " at all sites: %s.",
                    ResultTable.given(target),
                    order));
        }
    }

    /** Returns the FVU at an L0 by linear interpolation in log L0; NaN outside the range. */
    private double fvuAt(List<Integer> indices, double target) {
        List<double[]> points = indices.stream()
                .map(index ->
                        new double[] {Math.log(mean(index, LayerMeasurement::l0)), mean(index, LayerMeasurement::fvu)})
                .sorted((a, b) -> Double.compare(a[0], b[0]))
                .toList();
        double x = Math.log(target);
        for (int i = 0; i < points.size(); i++) {
            if (Math.abs(points.get(i)[0] - x) < 0.03) { // k is only the expected L0 of some methods
                return points.get(i)[1];
            }
            if (i > 0 && points.get(i - 1)[0] <= x && x <= points.get(i)[0]) {
                double share = (x - points.get(i - 1)[0]) / (points.get(i)[0] - points.get(i - 1)[0]);
                return (1 - share) * points.get(i - 1)[1] + share * points.get(i)[1];
            }
        }
        return Double.NaN;
    }

    private interface MemberConsumer {
        void accept(LayerMember member, int index);
    }

    private void forEachMember(MemberConsumer consumer) {
        for (int i = 0; i < trained.get(0).size(); i++) {
            consumer.accept(member(i), i);
        }
    }

    private LayerMember member(int index) {
        return trained.get(0).get(index).member();
    }

    private List<String> siteNames() {
        return trained.get(0).stream()
                .map(one -> one.member().site())
                .distinct()
                .toList();
    }

    private List<Integer> indices(String site) {
        List<Integer> indices = new ArrayList<>();
        forEachMember((member, index) -> {
            if (member.site().equals(site)) {
                indices.add(index);
            }
        });
        return indices;
    }

    private Map<String, List<Integer>> byMethod(String site) {
        return indices(site).stream()
                .collect(Collectors.groupingBy(
                        index -> member(index).method(), LinkedHashMap::new, Collectors.toList()));
    }

    private double mean(int index, ToDoubleFunction<LayerMeasurement> field) {
        return estimate(trained, index, field).mean();
    }

    private static Estimate estimate(
            List<List<LayerMeasurement>> seeds, int index, ToDoubleFunction<LayerMeasurement> field) {
        return Estimate.overSeeds(seeds, seed -> field.applyAsDouble(seed.get(index)));
    }
}
