package dev.assay.experiment.concepts;

import dev.assay.evaluate.ConceptTable;
import dev.assay.evaluate.concept.ConceptQuality;
import dev.assay.experiment.Estimate;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ResultChart;
import dev.assay.experiment.ResultHeatMap;
import dev.assay.experiment.ResultTable;
import dev.assay.text.story.StoryCorpus;
import dev.assay.view.Picture;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The tables, figures and findings of the experiment.
 *
 * @param variants the dictionaries, the reference first
 * @param trained the measurements on the trained model, one per seed
 * @param untrained the measurements on models with random weights, one per seed
 * @param largest the largest number of latents of a sparse probe
 */
record ConceptResults(
        List<Variant> variants, List<ConceptMeasurement> trained, List<ConceptMeasurement> untrained, int largest) {
    private static final double FOUND = ConceptTable.FOUND;
    private static final Estimate NONE = Estimate.exact(Double.NaN);

    void addTo(ExperimentRun run) {
        run.table(dictionaries());
        run.table(absorption());
        run.table(concepts());
        run.figure("f1-by-rank", ranks());
        run.figure("absorbed", heatMap());
        findings(run);
    }

    private Variant reference() {
        return variants.get(0);
    }

    private List<String> baselines() {
        return trained.get(0).dictionaries().keySet().stream()
                .filter(key ->
                        variants.stream().noneMatch(variant -> variant.key().equals(key)))
                .toList();
    }

    /** A number of one dictionary of one seed. */
    private static Estimate over(
            List<ConceptMeasurement> seeds, String key, ToDoubleFunction<ConceptMeasurement.Measured> number) {
        return Estimate.overSeeds(
                seeds, seed -> number.applyAsDouble(seed.dictionaries().get(key)));
    }

    private static double found(ConceptMeasurement.Measured measured) {
        return measured.best().stream().filter(f1 -> f1 >= FOUND).count();
    }

    /** Returns the number of concepts found by one latent whose look-up does not find them. */
    private double foundInContext(ConceptMeasurement seed, String key) {
        List<Double> best = seed.dictionaries().get(key).best();
        List<Double> lookup = seed.sites().get(reference().site().name()).lookup();
        return IntStream.range(0, best.size())
                .filter(concept -> lookup.get(concept) < FOUND && best.get(concept) >= FOUND)
                .count();
    }

    private Estimate context(List<ConceptMeasurement> seeds, String key) {
        return Estimate.overSeeds(seeds, seed -> foundInContext(seed, key));
    }

    private static double mean(List<Double> f1) {
        return f1.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    private ResultTable dictionaries() {
        ResultTable table = ResultTable.of(
                        "dictionaries",
                        "Concepts with F1 of at least " + FOUND + " on held-out stories, of "
                                + StoryCorpus.concepts().size())
                .text("dictionary", "dictionary")
                .text("site", "site")
                .number("latents", "latents")
                .measure("l0", "L0")
                .measure("found", "best latent")
                .nullOf("found", "found_random_weights", "on random weights")
                .measure("context", "that need context")
                .nullOf("context", "context_random_weights", "on random weights")
                .measure("found_sparse", "probe of " + largest + " latents")
                .nullOf("found_sparse", "found_sparse_random_weights", "on random weights")
                .measure("mean_f1", "mean F1, best latent")
                .nullOf("mean_f1", "mean_f1_random_weights", "on random weights");
        for (Variant variant : variants) {
            addRow(table, variant.label(), variant.site().name(), variant.key());
        }
        for (String baseline : baselines()) {
            addRow(table, baseline, reference().site().name(), baseline);
        }
        return table.note(
                        "The best latent and its threshold, the latents of a probe, its weights and its threshold are selected on training stories.")
                .note("A concept needs context if the look-up of the token does not find it.")
                .note(
                        "On random weights: the same dictionary, trained on a model of the same architecture with random weights.");
    }

    private void addRow(ResultTable table, String name, String site, String key) {
        table.row(
                name,
                site,
                trained.get(0).dictionaries().get(key).latents(),
                over(trained, key, measured -> measured.quality().l0()),
                over(trained, key, ConceptResults::found),
                over(untrained, key, ConceptResults::found),
                context(trained, key),
                context(untrained, key),
                over(trained, key, measured -> measured.quality().found(largest, FOUND)),
                over(untrained, key, measured -> measured.quality().found(largest, FOUND)),
                over(trained, key, measured -> mean(measured.best())),
                over(untrained, key, measured -> mean(measured.best())));
    }

    private ResultTable absorption() {
        ResultTable table = ResultTable.of("absorption", "Splitting and absorption of concepts")
                .text("dictionary", "dictionary")
                .text("site", "site")
                .number("latents", "latents")
                .measure("split", "latents per concept")
                .nullOf("split", "split_random_weights", "on random weights")
                .measure("recall_child", "recall on children")
                .measure("recall_others", "on the rest")
                .measure("absorbed", "absorbed")
                .nullOf("absorbed", "absorbed_random_weights", "on random weights")
                .measure("full", "full absorption (SAEBench)")
                .measure("fraction", "absorption fraction (SAEBench)");
        for (Variant variant : variants) {
            String key = variant.key();
            table.row(
                    variant.label(),
                    variant.site().name(),
                    variant.latents(),
                    over(trained, key, measured -> measured.quality().meanLatents()),
                    over(untrained, key, measured -> measured.quality().meanLatents()),
                    inclusions(trained, key, ConceptQuality.OfInclusion::recallOnChild),
                    inclusions(trained, key, ConceptQuality.OfInclusion::recallOnOthers),
                    inclusions(trained, key, ConceptQuality.OfInclusion::absorbed),
                    inclusions(untrained, key, ConceptQuality.OfInclusion::absorbed),
                    inclusions(trained, key, ConceptQuality.OfInclusion::fullRate),
                    inclusions(trained, key, ConceptQuality.OfInclusion::fraction));
        }
        return table.note("Means over pairs of a concept and a part of it, such as colour and word-red.")
                .note(
                        "Recall: the share of the tokens of the parent that its latents detect, on the tokens of the child and on the rest.")
                .note(
                        "Absorbed: the share of the child's tokens on which all latents of the parent are silent and the child's latent is active.");
    }

    private static Estimate inclusions(
            List<ConceptMeasurement> seeds, String key, ToDoubleFunction<ConceptQuality.OfInclusion> number) {
        return over(seeds, key, measured -> measured.quality().mean(number));
    }

    private ResultTable concepts() {
        ResultTable table = ResultTable.of(
                        "concepts", "F1 of each concept, " + reference().key())
                .text("concept", "concept")
                .measure("best", "best latent")
                .nullOf("best", "best_random_weights", "on random weights")
                .nullOf("best", "best_random", "random dictionary")
                .nullOf("best", "lookup", "look-up")
                .nullOf("best", "always", "always yes")
                .measure("sparse", "probe of " + largest + " latents")
                .nullOf("sparse", "linear", "linear probe of the activation")
                .measure("latents", "latents of the concept");
        for (int concept : byLinearProbe()) {
            String key = reference().key();
            table.row(
                    StoryCorpus.concepts().get(concept).name(),
                    over(trained, key, measured -> measured.best().get(concept)),
                    over(untrained, key, measured -> measured.best().get(concept)),
                    trained.get(0).dictionaries().containsKey(ConceptMeasuring.RANDOM)
                            ? over(
                                    trained,
                                    ConceptMeasuring.RANDOM,
                                    measured -> measured.best().get(concept))
                            : NONE,
                    control(controls -> controls.lookup().get(concept)),
                    control(controls -> controls.alwaysYes().get(concept)),
                    over(
                            trained,
                            key,
                            measured ->
                                    measured.quality().concepts().get(concept).f1(largest)),
                    control(controls -> controls.linear().get(concept)),
                    over(
                            trained,
                            key,
                            measured ->
                                    measured.quality().concepts().get(concept).latents()));
        }
        return table;
    }

    private Estimate control(ToDoubleFunction<ConceptMeasurement.SiteControls> number) {
        return Estimate.overSeeds(
                trained,
                seed -> number.applyAsDouble(seed.sites().get(reference().site().name())));
    }

    private List<Integer> byLinearProbe() {
        return IntStream.range(0, StoryCorpus.concepts().size())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer concept) ->
                        -control(controls -> controls.linear().get(concept)).mean()))
                .toList();
    }

    /** Draws F1 over the rank of the concept, which shows all concepts of a detector in one line. */
    private Picture ranks() {
        ResultChart chart = ResultChart.of("Concepts by rank", "rank of the concept", "F1 on held-out stories");
        for (Variant variant : variants) {
            if (variant.isComparable(reference())) {
                chart.line(variant.label(), sorted(trained, variant.key()));
            }
        }
        chart.control(
                reference().label() + " on random weights",
                sorted(untrained, reference().key()));
        for (String baseline : baselines()) {
            chart.control(baseline, sorted(trained, baseline));
        }
        List<List<Double>> linear = new ArrayList<>();
        trained.forEach(
                seed -> linear.add(seed.sites().get(reference().site().name()).linear()));
        return chart.control("linear probe", points(linear)).picture();
    }

    private static List<ResultChart.Point> sorted(List<ConceptMeasurement> seeds, String key) {
        return points(
                seeds.stream().map(seed -> seed.dictionaries().get(key).best()).toList());
    }

    private static List<ResultChart.Point> points(List<List<Double>> seeds) {
        List<List<Double>> sorted = seeds.stream()
                .map(f1 -> f1.stream().sorted(Comparator.reverseOrder()).toList())
                .toList();
        return IntStream.range(0, sorted.get(0).size())
                .mapToObj(rank -> new ResultChart.Point(
                        rank + 1,
                        Estimate.exact(sorted.stream()
                                .mapToDouble(f1 -> f1.get(rank))
                                .average()
                                .orElse(Double.NaN))))
                .toList();
    }

    private Picture heatMap() {
        List<Variant> shown = variants.stream()
                .filter(variant -> variant.site().equals(reference().site()))
                .toList();
        List<String> pairs = trained.get(0).dictionaries().get(reference().key()).quality().inclusions().stream()
                .map(ConceptResults::pair)
                .toList();
        double[][] cells = new double[pairs.size()][shown.size()];
        for (int row = 0; row < cells.length; row++) {
            String pair = pairs.get(row);
            for (int column = 0; column < shown.size(); column++) {
                String key = shown.get(column).key();
                cells[row][column] = trained.stream()
                        .flatMap(seed -> seed.dictionaries().get(key).quality().inclusions().stream())
                        .filter(inclusion -> pair(inclusion).equals(pair))
                        .mapToDouble(ConceptQuality.OfInclusion::absorbed)
                        .average()
                        .orElse(Double.NaN);
            }
        }
        List<String> columns = shown.stream()
                .map(variant -> variant.method() + " " + variant.sparsityText() + " " + variant.latents())
                .toList();
        return new ResultHeatMap("Absorbed tokens", "dictionary", "concept and part", columns, pairs, cells)
                .picture(0, 1);
    }

    private static String pair(ConceptQuality.OfInclusion inclusion) {
        return inclusion.parent() + " / " + inclusion.child();
    }

    private void findings(ExperimentRun run) {
        String key = reference().key();
        run.finding(String.format(
                Locale.ROOT,
                "Single latents of %s find %s of %d concepts, those of the same dictionary on random weights %s;"
                        + " of the concepts that need context %s and %s.",
                key,
                over(trained, key, ConceptResults::found).text(),
                StoryCorpus.concepts().size(),
                over(untrained, key, ConceptResults::found).text(),
                context(trained, key).text(),
                context(untrained, key).text()));
        run.finding(String.format(
                Locale.ROOT,
                "Probes of %d latents find %s concepts, linear probes of the activation %s.",
                largest,
                over(trained, key, measured -> measured.quality().found(largest, FOUND))
                        .text(),
                control(controls -> controls.linear().stream()
                                .filter(f1 -> f1 >= FOUND)
                                .count())
                        .text()));
        Variant best = variants.stream()
                .max(Comparator.comparingDouble((Variant variant) ->
                        over(trained, variant.key(), ConceptResults::found).mean()))
                .orElseThrow();
        run.finding(String.format(
                Locale.ROOT,
                "The most concepts have a latent in %s: %s.",
                best.key(),
                over(trained, best.key(), ConceptResults::found).text()));
    }
}
