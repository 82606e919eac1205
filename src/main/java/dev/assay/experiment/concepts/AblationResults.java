package dev.assay.experiment.concepts;

import dev.assay.evaluate.benchmark.TargetedProbePerturbation.Drop;
import dev.assay.evaluate.concept.ConceptAblation;
import dev.assay.evaluate.concept.ConceptAblationScores;
import dev.assay.experiment.Estimate;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ResultChart;
import dev.assay.experiment.ResultTable;
import dev.assay.view.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The tables of targeted probe perturbation (TPP) and spurious correlation removal (SCR).
 *
 * @param variants the dictionaries, the reference first
 * @param trained the measurements on the trained model, one per seed
 * @param untrained the measurements on models with random weights, one per seed
 * @param counts the numbers of ablated latents
 */
record AblationResults(
        List<Variant> variants,
        List<ConceptMeasurement> trained,
        List<ConceptMeasurement> untrained,
        List<Integer> counts) {
    void addTo(ExperimentRun run) {
        run.table(perturbation());
        run.table(removal());
        run.figure("tpp", chart());
        findings(run);
    }

    /** A dictionary or baseline of the tables. */
    private record Row(String name, String site, String key) {}

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        variants.forEach(
                variant -> rows.add(new Row(variant.label(), variant.site().name(), variant.key())));
        String site = variants.get(0).site().name();
        trained.get(0).dictionaries().keySet().stream()
                .filter(key ->
                        variants.stream().noneMatch(variant -> variant.key().equals(key)))
                .forEach(baseline -> rows.add(new Row(baseline, site, baseline)));
        return rows;
    }

    private static Estimate over(
            List<ConceptMeasurement> seeds,
            String key,
            Function<ConceptMeasurement.Measured, ConceptAblationScores> dictionary,
            ToDoubleFunction<ConceptAblationScores> number) {
        return Estimate.overSeeds(
                seeds,
                seed -> number.applyAsDouble(
                        dictionary.apply(seed.dictionaries().get(key))));
    }

    /** Returns a number of the dictionary, of the same on random weights, and of a random dictionary. */
    private List<Estimate> withNulls(String key, ToDoubleFunction<ConceptAblationScores> number) {
        return List.of(
                over(trained, key, ConceptMeasurement.Measured::ablation, number),
                over(untrained, key, ConceptMeasurement.Measured::ablation, number),
                over(trained, key, ConceptMeasurement.Measured::randomAblation, number));
    }

    private static ToDoubleFunction<ConceptAblationScores> drop(
            String group, int index, ToDoubleFunction<Drop> number) {
        return scores ->
                scores.ofGroup(group, of -> number.applyAsDouble(of.drops().get(index)));
    }

    private ResultTable perturbation() {
        ResultTable table =
                head("tpp", "Targeted probe perturbation: drop in accuracy of the own probe minus that of others");
        for (String group : List.of(ConceptAblation.WORD_CLASSES, ConceptAblation.ROLES)) {
            String key = key(group);
            table.measure(key, group)
                    .nullOf(key, key + "_random_weights", "on random weights")
                    .nullOf(key, key + "_random", "random dictionary")
                    .measure(key + "_own", "own probe")
                    .measure(key + "_others", "other probes");
        }
        for (Row row : rows()) {
            for (int index = 0; index < counts.size(); index++) {
                List<Object> cells = cells(row, index);
                for (String group : List.of(ConceptAblation.WORD_CLASSES, ConceptAblation.ROLES)) {
                    cells.addAll(withNulls(row.key(), drop(group, index, Drop::total)));
                    cells.add(over(
                            trained,
                            row.key(),
                            ConceptMeasurement.Measured::ablation,
                            drop(group, index, Drop::intended)));
                    cells.add(over(
                            trained,
                            row.key(),
                            ConceptMeasurement.Measured::ablation,
                            drop(group, index, Drop::unintended)));
                }
                table.row(cells.toArray());
            }
        }
        return table.note("Without ablation, the mean accuracy of the probes is " + accuracies() + "; chance is 0.5.");
    }

    private String accuracies() {
        String key = variants.get(0).key();
        return List.of(ConceptAblation.WORD_CLASSES, ConceptAblation.ROLES).stream()
                .map(group -> {
                    List<Estimate> accuracy =
                            withNulls(key, scores -> scores.ofGroup(group, ConceptAblationScores.OfGroup::accuracy));
                    return accuracy.get(0).text() + " for " + group + " ("
                            + accuracy.get(1).text() + " on random weights)";
                })
                .reduce((one, other) -> one + " and " + other)
                .orElseThrow();
    }

    private ResultTable removal() {
        ResultTable table = head(
                        "scr", "Spurious correlation removal: share of the accuracy that a correlation costs, regained")
                .measure("scr", "mean of the pairs")
                .nullOf("scr", "scr_random_weights", "on random weights")
                .nullOf("scr", "scr_random", "random dictionary");
        for (String pair : ConceptAblation.pairNames()) {
            table.measure(key(pair), pair).nullOf(key(pair), key(pair) + "_random", "random dictionary");
        }
        for (Row row : rows()) {
            for (int i = 0; i < counts.size(); i++) {
                int index = i;
                List<Object> cells = cells(row, index);
                cells.addAll(withNulls(row.key(), scores -> scores.meanRemoval(index)));
                for (String pair : ConceptAblation.pairNames()) {
                    List<Estimate> ofPair = withNulls(
                            row.key(),
                            scores -> scores.ofPair(pair, of -> of.scores().get(index)));
                    cells.add(ofPair.get(0));
                    cells.add(ofPair.get(2));
                }
                table.row(cells.toArray());
            }
        }
        String key = variants.get(0).key();
        for (String pair : ConceptAblation.pairNames()) {
            List<Estimate> gap = withNulls(key, scores -> scores.ofPair(pair, ConceptAblationScores.OfPair::gap));
            table.note("The correlation costs " + gap.get(0).text() + " of accuracy for " + pair + ", "
                    + gap.get(1).text() + " on random weights.");
        }
        return table;
    }

    private static ResultTable head(String name, String caption) {
        return ResultTable.of(name, caption)
                .text("dictionary", "dictionary")
                .text("site", "site")
                .number("latents", "latents")
                .number("ablated", "ablated");
    }

    private List<Object> cells(Row row, int index) {
        return new ArrayList<>(List.of(
                row.name(),
                row.site(),
                trained.get(0).dictionaries().get(row.key()).latents(),
                counts.get(index)));
    }

    /** Returns the name of a column. */
    private static String key(String name) {
        return name.replace(' ', '_');
    }

    private Picture chart() {
        ResultChart chart = ResultChart.of("TPP of word classes", "ablated latents", "TPP");
        Variant reference = variants.get(0);
        variants.stream()
                .filter(variant -> variant.isComparable(reference))
                .forEach(variant -> chart.line(variant.label(), points(variant.key(), 0)));
        return chart.control(reference.label() + " on random weights", points(reference.key(), 1))
                .control("random dictionary", points(reference.key(), 2))
                .picture();
    }

    private List<ResultChart.Point> points(String key, int control) {
        return IntStream.range(0, counts.size())
                .mapToObj(index -> new ResultChart.Point(
                        counts.get(index),
                        withNulls(key, drop(ConceptAblation.WORD_CLASSES, index, Drop::total))
                                .get(control)))
                .toList();
    }

    private void findings(ExperimentRun run) {
        String key = variants.get(0).key();
        int last = counts.size() - 1;
        List<Estimate> words = withNulls(key, drop(ConceptAblation.WORD_CLASSES, last, Drop::total));
        List<Estimate> removal = withNulls(key, scores -> scores.meanRemoval(last));
        run.finding(String.format(
                Locale.ROOT,
                "With %d ablated latents of %s, TPP of word classes is %s (on random weights %s, random dictionary %s) and SCR %s (%s, %s).",
                counts.get(last),
                key,
                words.get(0).text(),
                words.get(1).text(),
                words.get(2).text(),
                removal.get(0).text(),
                removal.get(1).text(),
                removal.get(2).text()));
    }
}
