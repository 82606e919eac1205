package dev.assay.experiment.ioi;

import dev.assay.experiment.Estimate;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ResultChart;
import dev.assay.experiment.ResultLink;
import dev.assay.experiment.ResultTable;
import dev.assay.experiment.ioi.IoiDictionaries.Variant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Collects curves of all seeds and turns them into tables, figures and findings. */
final class IoiResults {
    private static final List<Variant> NULLS = List.of(Variant.RANDOM, Variant.MATCHED, Variant.RANDOM_WEIGHTS);

    private final IoiSetup setup;
    private final List<String> rows;
    private final Map<Key, List<PatchCurve>> curves = new LinkedHashMap<>(); // one per seed
    private final Map<String, IoiChecks> checks = new LinkedHashMap<>();
    private final Map<String, ImportantFeatures> features = new LinkedHashMap<>();

    private record Key(String form, String row, Variant variant) {}

    IoiResults(IoiSetup setup, List<String> rows) {
        this.setup = setup;
        this.rows = rows;
    }

    void curve(String form, String row, Variant variant, PatchCurve curve) {
        curves.computeIfAbsent(new Key(form, row, variant), key -> new ArrayList<>())
                .add(curve);
    }

    void checks(String form, IoiChecks found) {
        checks.put(form, found);
    }

    void features(String form, ImportantFeatures found) {
        features.put(form, found);
    }

    /** Returns the curve of the reference dictionary for a seed. */
    PatchCurve reference(String form, int seed) {
        return curves.get(new Key(form, rows.get(0), Variant.TRAINED)).get(seed);
    }

    void addTo(ExperimentRun run) {
        run.table(areas());
        run.table(differences());
        run.table(steps());
        run.table(importantFeatures());
        run.table(identities());
        for (PromptForm form : setup.forms()) {
            figures(run, form.name());
            findings(run, form.name());
        }
    }

    private Estimate overSeeds(Key key, ToDoubleFunction<PatchCurve> measure) {
        List<PatchCurve> found = curves.get(key);
        return found == null ? Estimate.exact(Double.NaN) : Estimate.overSeeds(found, measure);
    }

    private static double mean(double... values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    private static double overEditSize(PatchCurve curve) {
        return mean(curve.areasOverEditSize());
    }

    private static double overFeatures(PatchCurve curve) {
        return mean(curve.areasOverFeatures());
    }

    private ResultTable areas() {
        ResultTable table = ResultTable.of("areas", "Area under KL(patched ‖ counterfactual), 1 without patching")
                .text("form", "form")
                .text("dictionary", "dictionary")
                .measure("l0", "L0")
                .measure("fvu", "FVU")
                .measure("area_edit", "over edit size");
        nulls(table, "area_edit");
        table.measure("area_features", "over number of features");
        nulls(table, "area_features");
        for (PromptForm form : setup.forms()) {
            for (String row : rows) {
                Key key = new Key(form.name(), row, Variant.TRAINED);
                List<Object> cells = new ArrayList<>(
                        List.of(form.name(), row, overSeeds(key, PatchCurve::l0), overSeeds(key, PatchCurve::fvu)));
                addMeasure(cells, form.name(), row, IoiResults::overEditSize);
                addMeasure(cells, form.name(), row, IoiResults::overFeatures);
                table.row(cells.toArray());
            }
        }
        table.note(
                        "The edit size ranges from 0 to that of the raw edit, the number of features from 0 to the width of the"
                                + " site.")
                .note("Features are selected on " + setup.selection() + " pairs and measured on " + setup.scoring()
                        + " other pairs per seed.");
        for (PromptForm form : setup.forms()) {
            if (form instanceof TemplateForm template) {
                table.note("Names in templates: " + String.join(", ", template.names()) + ".");
            }
        }
        return table;
    }

    private static void nulls(ResultTable table, String measure) {
        table.nullOf(measure, measure + "_random", "random dictionary")
                .nullOf(measure, measure + "_matched", "random features of matched frequency")
                .nullOf(measure, measure + "_random_weights", "dictionary of random weights");
    }

    private void addMeasure(List<Object> cells, String form, String row, ToDoubleFunction<PatchCurve> measure) {
        cells.add(overSeeds(new Key(form, row, Variant.TRAINED), measure));
        NULLS.forEach(variant -> cells.add(overSeeds(new Key(form, row, variant), measure)));
    }

    private ResultTable differences() {
        ResultTable table = ResultTable.of(
                        "differences",
                        "Area of " + rows.get(0) + " minus that of other dictionaries; negative is better")
                .text("form", "form")
                .text("other", "other dictionary")
                .measure("edit_seeds", "over edit size (seeds)")
                .measure("edit_pairs", "over edit size (pairs)")
                .measure("features_seeds", "over number of features (seeds)")
                .measure("features_pairs", "over number of features (pairs)");
        for (PromptForm form : setup.forms()) {
            Key reference = new Key(form.name(), rows.get(0), Variant.TRAINED);
            for (Key other : others(form.name())) {
                table.row(
                        form.name(),
                        name(other),
                        difference(reference, other, IoiResults::overEditSize),
                        pairs(reference, other, PatchCurve::areasOverEditSize),
                        difference(reference, other, IoiResults::overFeatures),
                        pairs(reference, other, PatchCurve::areasOverFeatures));
            }
        }
        return table.note(
                "Intervals over seeds are those of paired means; intervals over pairs are bootstraps of all pairs of"
                        + " all seeds.");
    }

    private List<Key> others(String form) {
        List<Key> others = new ArrayList<>();
        rows.stream().skip(1).forEach(row -> others.add(new Key(form, row, Variant.TRAINED)));
        NULLS.forEach(variant -> others.add(new Key(form, rows.get(0), variant)));
        return others;
    }

    private static String name(Key key) {
        return switch (key.variant()) {
            case TRAINED -> key.row();
            case RANDOM -> "random dictionary";
            case MATCHED -> "random features of matched frequency";
            case RANDOM_WEIGHTS -> "dictionary of random weights";
        };
    }

    private Estimate difference(Key reference, Key other, ToDoubleFunction<PatchCurve> measure) {
        return Estimate.difference(
                curves.get(reference).stream().mapToDouble(measure).toArray(),
                curves.get(other).stream().mapToDouble(measure).toArray());
    }

    private Estimate pairs(Key reference, Key other, Function<PatchCurve, double[]> areas) {
        double[] here = curves.get(reference).stream()
                .flatMapToDouble(curve -> Arrays.stream(areas.apply(curve)))
                .toArray();
        double[] there = curves.get(other).stream()
                .flatMapToDouble(curve -> Arrays.stream(areas.apply(curve)))
                .toArray();
        Arrays.setAll(here, i -> here[i] - there[i]);
        return Estimate.bootstrap(here, 0);
    }

    private ResultTable steps() {
        ResultTable table = ResultTable.of("steps", "Steps of the ladders, on the pairs of the measurement")
                .text("form", "form")
                .text("dictionary", "dictionary")
                .text("step", "step")
                .measure("features", "features")
                .measure("edit", "edit size, share of the raw edit")
                .measure("kl", "KL, share of that without patching");
        curves.forEach((key, found) -> {
            boolean shown = key.variant() == Variant.TRAINED || key.row().equals(rows.get(0));
            for (int step = 0; shown && step < steps(found); step++) {
                int at = step;
                table.row(
                        key.form(),
                        key.variant() == Variant.TRAINED ? key.row() : key.row() + ": " + name(key),
                        name(step),
                        overSeeds(key, curve -> curve.counts().get(at)),
                        overSeeds(key, curve -> curve.editSizes().get(at) / curve.rawEditSize()),
                        overSeeds(key, curve -> curve.divergence(at) / curve.divergence(0)));
            }
        });
        return table;
    }

    /** Returns the name of a step: thresholds are shares of a divergence that differs between seeds. */
    private String name(int step) {
        List<Double> sorted = setup.thresholds().stream().sorted().toList();
        return step < 3
                ? List.of("none", "all", "start").get(step)
                : String.format(Locale.ROOT, "threshold %s", sorted.get(step - 3));
    }

    /** Returns the number of steps that all seeds have. */
    private static int steps(List<PatchCurve> found) {
        return found.stream().mapToInt(curve -> curve.steps().size()).min().orElse(0);
    }

    private ResultTable importantFeatures() {
        ResultTable table = ResultTable.of(
                        "features", "Features of " + rows.get(0) + " that the selection keeps longest")
                .text("form", "form")
                .link("feature", "feature")
                .text("tokens", "strongest tokens")
                .number("decrease", "KL decrease alone (nats)");
        features.forEach((form, found) -> found.features()
                .forEach(each -> table.row(
                        form,
                        new ResultLink(Integer.toString(each.latent()), each.page()),
                        each.tokens().stream().map(String::strip).collect(Collectors.joining(" ")),
                        each.decrease())));
        return table.note("Dictionary of seed 0.");
    }

    private ResultTable identities() {
        ResultTable table = ResultTable.of("checks", "Identities of a dictionary that reconstructs exactly")
                .text("form", "form")
                .number("edit_of_equal_prompts", "edit size of equal prompts")
                .number("kl_none", "KL without patching")
                .number("kl_all", "KL with all features")
                .number("kl_raw", "KL with the raw edit")
                .number("edit_difference", "difference of edit sizes");
        checks.forEach((form, each) -> table.row(
                form, each.editWithoutDifference(), each.unpatched(), each.all(), each.raw(), each.editDifference()));
        return table;
    }

    private void figures(ExperimentRun run, String form) {
        ResultChart edit = ResultChart.of(
                "Patching " + form + " prompts",
                "edit size, share of the raw edit",
                "KL, share of that without patching");
        ResultChart count = ResultChart.of(
                        "Patching " + form + " prompts", "patched features", "KL, share of that without patching")
                .logarithmicX();
        for (String row : rows) {
            Key key = new Key(form, row, Variant.TRAINED);
            edit.line(row, points(key, (curve, step) -> curve.editSizes().get(step) / curve.rawEditSize()));
            count.line(row, points(key, (curve, step) -> curve.counts().get(step)));
        }
        for (Variant variant : NULLS) {
            Key key = new Key(form, rows.get(0), variant);
            edit.control(
                    name(key), points(key, (curve, step) -> curve.editSizes().get(step) / curve.rawEditSize()));
            count.control(name(key), points(key, (curve, step) -> curve.counts().get(step)));
        }
        run.figure("kl_over_edit_size_" + form, edit.picture());
        run.figure("kl_over_features_" + form, count.picture());
    }

    private interface StepValue {
        double of(PatchCurve curve, int step);
    }

    private List<ResultChart.Point> points(Key key, StepValue x) {
        List<ResultChart.Point> points = new ArrayList<>();
        List<PatchCurve> found = curves.get(key);
        for (int step = 0; step < steps(found); step++) {
            int at = step;
            points.add(new ResultChart.Point(
                    mean(found.stream().mapToDouble(curve -> x.of(curve, at)).toArray()),
                    overSeeds(key, curve -> curve.divergence(at) / curve.divergence(0))));
        }
        return points;
    }

    private void findings(ExperimentRun run, String form) {
        Key reference = new Key(form, rows.get(0), Variant.TRAINED);
        Key pca = new Key(form, IoiDictionaries.PCA, Variant.TRAINED);
        run.finding(String.format(
                Locale.ROOT,
                "Form %s: the area over the edit size is %s for %s, %s for PCA, %s for a random dictionary and %s for a"
                        + " dictionary of the model with random weights.",
                form,
                overSeeds(reference, IoiResults::overEditSize).text(),
                rows.get(0),
                overSeeds(pca, IoiResults::overEditSize).text(),
                overSeeds(new Key(form, rows.get(0), Variant.RANDOM), IoiResults::overEditSize)
                        .text(),
                overSeeds(new Key(form, rows.get(0), Variant.RANDOM_WEIGHTS), IoiResults::overEditSize)
                        .text()));
    }
}
