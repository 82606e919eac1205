package dev.assay.experiment.erasure;

import dev.assay.evaluate.probe.EditedPositions;
import dev.assay.experiment.Estimate;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ResultChart;
import dev.assay.experiment.ResultTable;
import dev.assay.view.Picture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Collects the measurements of all seeds and makes tables, figures and findings of them. */
final class ErasureResults {
    private static final String NO_EDIT = "no edit";

    private final List<EditMethod> methods;
    private final int block;
    private final int layers;
    private final String concept;
    private final List<ErasureMeasures.Base> bases = new ArrayList<>();
    private final List<ErasureMeasures.Matched> matched = new ArrayList<>();
    private final Map<String, List<ErasureMeasures.Probes>> probes = new HashMap<>();
    private final Map<String, List<ErasureMeasures.Effects>> effects = new HashMap<>();

    ErasureResults(List<EditMethod> methods, int block, int layers, String concept) {
        this.methods = methods;
        this.block = block;
        this.layers = layers;
        this.concept = concept;
    }

    /** The edited positions of the prompts. */
    enum Where {
        PREDICTION("last", "last token", EditedPositions.PREDICTION),
        ALL("all", "all tokens", EditedPositions.ALL);

        private final String key;
        private final String title;
        private final EditedPositions positions;

        Where(String key, String title, EditedPositions positions) {
            this.key = key;
            this.title = title;
            this.positions = positions;
        }

        String key() {
            return key;
        }

        EditedPositions positions() {
            return positions;
        }
    }

    void add(ErasureMeasures.Base base) {
        bases.add(base);
    }

    void add(ErasureMeasures.Matched values) {
        matched.add(values);
    }

    void add(EditMethod method, Control control, ErasureMeasures.Probes values) {
        probes.computeIfAbsent(method.key() + control, key -> new ArrayList<>()).add(values);
    }

    void add(EditMethod method, Control control, Where where, ErasureMeasures.Effects values) {
        effects.computeIfAbsent(method.key() + control + where, key -> new ArrayList<>())
                .add(values);
    }

    private Estimate ofBase(ToDoubleFunction<ErasureMeasures.Base> value) {
        return Estimate.overSeeds(bases, value);
    }

    private Estimate of(EditMethod method, Control control, ToDoubleFunction<ErasureMeasures.Probes> value) {
        return Estimate.overSeeds(probes.get(method.key() + control), value);
    }

    private Estimate of(
            EditMethod method, Control control, Where where, ToDoubleFunction<ErasureMeasures.Effects> value) {
        return Estimate.overSeeds(effects.get(method.key() + control + where), value);
    }

    void publish(ExperimentRun run) {
        run.table(probeTable());
        run.table(behaviourTable());
        if (block + 1 < layers) {
            run.table(depthTable());
        }
        run.table(matchedTable());
        run.figure("depth", depthChart());
        run.figure("probability", probabilityChart());
        findings(run);
    }

    private static ResultTable withNulls(ResultTable table, String key, String heading) {
        return table.measure(key, heading)
                .nullOf(key, key + "_random", heading + ", random")
                .nullOf(key, key + "_random_weights", heading + ", random weights");
    }

    private ResultTable probeTable() {
        ResultTable table = ResultTable.of(
                        "probes", "Fresh probes of the edited activations at block " + block + ", held-out accuracy")
                .text("edit", "edit");
        withNulls(table, "linear", "linear probe");
        withNulls(table, "mlp", "MLP probe");
        table.measure("auroc", "AUROC, linear").measure("other_text", "linear probe of other text");
        table.row(
                NO_EDIT,
                ofBase(base -> base.probes().linear()),
                ofBase(base -> base.shuffled().linear()),
                ofBase(base -> base.randomWeights().linear()),
                ofBase(base -> base.probes().mlp()),
                ofBase(base -> base.shuffled().mlp()),
                ofBase(base -> base.randomWeights().mlp()),
                ofBase(base -> base.probes().auroc()),
                ofBase(base -> base.probes().otherText()));
        for (EditMethod method : methods) {
            table.row(
                    method.title(),
                    of(method, Control.TRAINED, ErasureMeasures.Probes::linear),
                    of(method, Control.RANDOM, ErasureMeasures.Probes::linear),
                    of(method, Control.RANDOM_WEIGHTS, ErasureMeasures.Probes::linear),
                    of(method, Control.TRAINED, ErasureMeasures.Probes::mlp),
                    of(method, Control.RANDOM, ErasureMeasures.Probes::mlp),
                    of(method, Control.RANDOM_WEIGHTS, ErasureMeasures.Probes::mlp),
                    of(method, Control.TRAINED, ErasureMeasures.Probes::auroc),
                    of(method, Control.TRAINED, ErasureMeasures.Probes::otherText));
        }
        ErasureMeasures.Base first = bases.get(0);
        return table.note("Classes are balanced, so chance is 0.5. Prompts: " + first.selection() + " for selection, "
                        + first.fitting() + " for fitting, " + first.scoring()
                        + " for scoring, from different documents.")
                .note(
                        "Without an edit, random: shuffled labels; random weights: probes of the model with random weights."
                                + " Otherwise, random: a random dictionary of the same size or a random direction; random weights:"
                                + " a dictionary or an eraser of that model, applied to the trained model.")
                .note("The probe of other text is trained on edited prompts that the edit was not fitted to.");
    }

    private ResultTable behaviourTable() {
        ResultTable table = ResultTable.of("behaviour", "Effects of the edits at block " + block + " on the next token")
                .text("edit", "edit")
                .text("positions", "edited positions");
        withNulls(table, "probability", "probability of the right class");
        withNulls(table, "edit_size", "edit size");
        withNulls(table, "kl", "KL (nats)");
        table.row(
                NO_EDIT,
                "none",
                ofBase(ErasureMeasures.Base::rightProbability),
                Estimate.exact(0.5),
                ofBase(ErasureMeasures.Base::rightProbabilityRandomWeights),
                Estimate.exact(0),
                Estimate.exact(0),
                Estimate.exact(0),
                Estimate.exact(0),
                Estimate.exact(0),
                Estimate.exact(0));
        for (EditMethod method : methods) {
            for (Where where : Where.values()) {
                List<Object> row = new ArrayList<>(List.of(method.title(), where.title));
                List<ToDoubleFunction<ErasureMeasures.Effects>> values = List.of(
                        ErasureMeasures.Effects::rightProbability,
                        ErasureMeasures.Effects::editSize,
                        ErasureMeasures.Effects::divergence);
                for (ToDoubleFunction<ErasureMeasures.Effects> value : values) {
                    for (Control control : Control.values()) {
                        row.add(of(method, control, where, value));
                    }
                }
                table.row(row.toArray());
            }
        }
        return table.note("The probability is that of the tokens of the right class among the tokens of both classes: "
                        + concept + ". Without an edit, random is a guess, and random weights is the model with random"
                        + " weights.")
                .note("The size of an edit is the norm of the change of all edited positions of a prompt.");
    }

    private ResultTable depthTable() {
        ResultTable table = ResultTable.of(
                        "depth", "Fresh probes after later blocks, edit at block " + block + ", held-out accuracy")
                .text("edit", "edit")
                .text("positions", "edited positions")
                .number("block", "probed block");
        withNulls(table, "linear", "linear probe");
        table.measure("mlp", "MLP probe");
        for (int i = 0; i < layers - block - 1; i++) {
            int place = i;
            table.row(
                    NO_EDIT,
                    "none",
                    block + 1 + i,
                    ofBase(base -> base.linear().get(place)),
                    Estimate.exact(0.5),
                    ofBase(base -> base.linearRandomWeights().get(place)),
                    ofBase(base -> base.mlp().get(place)));
        }
        for (EditMethod method : methods) {
            for (Where where : Where.values()) {
                for (int i = 0; i < layers - block - 1; i++) {
                    int place = i;
                    List<Object> row = new ArrayList<>(List.of(method.title(), where.title, block + 1 + i));
                    for (Control control : Control.values()) {
                        row.add(of(
                                method,
                                control,
                                where,
                                effect -> effect.linear().get(place)));
                    }
                    row.add(of(
                            method,
                            Control.TRAINED,
                            where,
                            effect -> effect.mlp().get(place)));
                    table.row(row.toArray());
                }
            }
        }
        return table.note("Without an edit, random is chance, and random weights is a probe of that model.");
    }

    private ResultTable matchedTable() {
        ResultTable table = ResultTable.of(
                        "matched", "The best feature against random features that are active equally often")
                .text("measure", "drop per unit of edit norm")
                .measure("best", "best feature")
                .nullOf("best", "random", "random features, mean")
                .measure("p", "permutation p")
                .measure("frequency", "frequency")
                .measure("nearest", "largest difference of frequency");
        Estimate frequency = Estimate.overSeeds(matched, ErasureMeasures.Matched::frequency);
        Estimate nearest = Estimate.overSeeds(matched, ErasureMeasures.Matched::nearest);
        table.row(
                "accuracy of a fresh linear probe",
                Estimate.overSeeds(matched, values -> values.feature().accuracy()),
                Estimate.overSeeds(matched, values -> average(values, ErasureMeasures.Drops::accuracy)),
                Estimate.overSeeds(matched, ErasureMeasures.Matched::accuracyP),
                frequency,
                nearest);
        table.row(
                "probability of the right class",
                Estimate.overSeeds(matched, values -> values.feature().probability()),
                Estimate.overSeeds(matched, values -> average(values, ErasureMeasures.Drops::probability)),
                Estimate.overSeeds(matched, ErasureMeasures.Matched::probabilityP),
                frequency,
                nearest);
        return table.note(String.format(
                Locale.ROOT,
                "%d random features; p is (1 + features with at least the drop of the best) / (1 + features), so at"
                        + " least %.3f. Frequencies are shares of the selection prompts.",
                matched.get(0).random().size(),
                1.0 / (1 + matched.get(0).random().size())));
    }

    private static double average(ErasureMeasures.Matched values, ToDoubleFunction<ErasureMeasures.Drops> drop) {
        return values.random().stream().mapToDouble(drop).average().orElse(Double.NaN);
    }

    private Picture depthChart() {
        ResultChart chart = ResultChart.of(
                "Linear probe after an edit of all tokens at block " + block, "probed block", "held-out accuracy");
        List<ResultChart.Point> unedited = new ArrayList<>();
        unedited.add(new ResultChart.Point(block, ofBase(base -> base.probes().linear())));
        for (int i = 0; i < layers - block - 1; i++) {
            int place = i;
            unedited.add(new ResultChart.Point(
                    block + 1 + i, ofBase(base -> base.linear().get(place))));
        }
        chart.line(NO_EDIT, unedited);
        for (EditMethod method : methods) {
            chart.line(method.title(), depth(method, Control.TRAINED));
        }
        EditMethod last = methods.get(methods.size() - 1);
        return chart.control("random direction", depth(last, Control.RANDOM)).picture();
    }

    private List<ResultChart.Point> depth(EditMethod method, Control control) {
        List<ResultChart.Point> points = new ArrayList<>();
        points.add(new ResultChart.Point(block, of(method, control, ErasureMeasures.Probes::linear)));
        for (int i = 0; i < layers - block - 1; i++) {
            int place = i;
            points.add(new ResultChart.Point(
                    block + 1 + i,
                    of(method, control, Where.ALL, effect -> effect.linear().get(place))));
        }
        return points;
    }

    private Picture probabilityChart() {
        ResultChart chart = ResultChart.of(
                        "Probability of the right class after an edit of all tokens",
                        "size of the edit",
                        "probability of the right class")
                .scatter();
        chart.line(NO_EDIT, List.of(new ResultChart.Point(0, ofBase(ErasureMeasures.Base::rightProbability))));
        for (EditMethod method : methods) {
            chart.line(method.title(), List.of(point(method, Control.TRAINED)));
        }
        List<ResultChart.Point> random = new ArrayList<>();
        methods.forEach(method -> random.add(point(method, Control.RANDOM)));
        return chart.control("random", random).picture();
    }

    private ResultChart.Point point(EditMethod method, Control control) {
        return new ResultChart.Point(
                of(method, control, Where.ALL, ErasureMeasures.Effects::editSize)
                        .mean(),
                of(method, control, Where.ALL, ErasureMeasures.Effects::rightProbability));
    }

    private void findings(ExperimentRun run) {
        run.finding("Held-out accuracy of a linear probe at block " + block + ": "
                + ofBase(base -> base.probes().linear()).text() + " without an edit, "
                + ofBase(base -> base.shuffled().linear()).text() + " with shuffled labels, "
                + ofBase(base -> base.randomWeights().linear()).text() + " in the model with random weights.");
        for (EditMethod method : methods) {
            StringBuilder sentence = new StringBuilder(method.title())
                    .append(": a fresh linear probe reads ")
                    .append(of(method, Control.TRAINED, ErasureMeasures.Probes::linear)
                            .text())
                    .append(", an MLP probe ")
                    .append(of(method, Control.TRAINED, ErasureMeasures.Probes::mlp)
                            .text());
            if (block + 1 < layers) {
                int last = layers - block - 2;
                sentence.append("; after the last block a linear probe reads ")
                        .append(of(
                                        method,
                                        Control.TRAINED,
                                        Where.PREDICTION,
                                        effect -> effect.linear().get(last))
                                .text())
                        .append(" (edit of the last token) and ")
                        .append(of(
                                        method,
                                        Control.TRAINED,
                                        Where.ALL,
                                        effect -> effect.linear().get(last))
                                .text())
                        .append(" (all tokens)");
            }
            sentence.append("; probability of the right class ")
                    .append(of(method, Control.TRAINED, Where.ALL, ErasureMeasures.Effects::rightProbability)
                            .text())
                    .append(" (all tokens, ")
                    .append(ofBase(ErasureMeasures.Base::rightProbability).text())
                    .append(" without an edit).");
            run.finding(sentence.toString());
        }
    }
}
