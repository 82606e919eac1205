package dev.assay.experiment.transformers;

import dev.assay.experiment.Estimate;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ResultChart;
import dev.assay.experiment.ResultHeatMap;
import dev.assay.experiment.ResultHistogram;
import dev.assay.experiment.ResultTable;
import dev.assay.experiment.transformers.Measurement.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Collects the cells of all seeds and turns them into tables, figures and findings. */
final class SizeResults {
    private final List<Integer> ratios;
    private final List<Double> coefficients;
    private final Map<String, List<SmallTransformers.Cell>> groups = new LinkedHashMap<>();

    SizeResults(List<Integer> ratios, List<Double> coefficients) {
        this.ratios = ratios;
        this.coefficients = coefficients;
    }

    /** Adds the next seed of a group of models, such as those of one width. */
    void add(String group, SmallTransformers.Cell cell) {
        groups.computeIfAbsent(group, name -> new ArrayList<>()).add(cell);
    }

    void addTo(ExperimentRun run) {
        run.table(models());
        run.table(shares());
        run.table(slopes());
        groups.keySet().forEach(group -> sites(group).forEach(site -> figures(run, group, site)));
        groups.keySet().forEach(group -> sites(group).forEach(site -> finding(run, group, site)));
    }

    private ResultTable models() {
        ResultTable table = ResultTable.of("models", "The transformers")
                .text("model", "model")
                .measure("loss", "held-out loss, nats per token");
        groups.forEach((group, cells) -> table.row(group, Estimate.overSeeds(cells, SmallTransformers.Cell::loss)));
        return table;
    }

    private ResultTable shares() {
        ResultTable table = ResultTable.of("shares", "Latents that the next larger dictionary confirms")
                .text("model", "model")
                .text("site", "site")
                .number("l1", "L1")
                .number("latents", "latents")
                .measure("share", "share from 0.9")
                .nullOf("share", "random_weights", "random weights")
                .nullOf("share", "embeddings", "embeddings alone")
                .nullOf("share", "random", "random directions")
                .measure("margin", "trained − random weights")
                .measure("in_embeddings", "also in embeddings")
                .measure("l0", "L0")
                .nullOf("l0", "l0_random_weights", "L0, random weights")
                .measure("explained_variance", "explained variance")
                .measure("dead", "dead");
        forEachCell((group, site, l1, index) -> {
            if (index < ratios.size() - 1) {
                double[] trained = values(group, Source.TRAINED, site, l1, index, Measurement::share);
                double[] random = values(group, Source.RANDOM_WEIGHTS, site, l1, index, Measurement::share);
                table.row(
                        group,
                        site,
                        l1,
                        at(group, 0, Source.TRAINED, site, l1, index).latents(),
                        Estimate.overSeeds(trained),
                        Estimate.overSeeds(random),
                        estimate(group, Source.EMBEDDINGS, site, l1, index, Measurement::share),
                        estimate(group, Source.TRAINED, site, l1, index, Measurement::random),
                        Estimate.difference(trained, random),
                        estimate(group, Source.TRAINED, site, l1, index, Measurement::inEmbeddings),
                        estimate(group, Source.TRAINED, site, l1, index, Measurement::l0),
                        estimate(group, Source.RANDOM_WEIGHTS, site, l1, index, Measurement::l0),
                        estimate(group, Source.TRAINED, site, l1, index, Measurement::explainedVariance),
                        estimate(group, Source.TRAINED, site, l1, index, Measurement::dead));
            }
        });
        return table.note("Pairs of the Hungarian method with a cosine of at least 0.9, as a share of the smaller"
                + " dictionary's latents. \"Also in embeddings\": matched by the dictionary of the embeddings alone, of the"
                + " same size and L1.");
    }

    private ResultTable slopes() {
        ResultTable table = ResultTable.of("slopes", "Confirmed latents per additional latent")
                .text("model", "model")
                .text("site", "site")
                .number("l1", "L1")
                .measure("slope", "slope")
                .nullOf("slope", "random_weights", "random weights")
                .nullOf("slope", "embeddings", "embeddings alone");
        forEachCell((group, site, l1, index) -> {
            if (index == 0 && ratios.size() > 2) {
                table.row(
                        group,
                        site,
                        l1,
                        slope(group, Source.TRAINED, site, l1),
                        slope(group, Source.RANDOM_WEIGHTS, site, l1),
                        slope(group, Source.EMBEDDINGS, site, l1));
            }
        });
        return table.note(
                "Slope of the number of confirmed latents over the number of latents: 1 if every additional latent is"
                        + " confirmed, 0 if the number is saturated.");
    }

    private Estimate slope(String group, Source source, String site, double l1) {
        List<Integer> sizes = new ArrayList<>();
        int compared = ratios.size() - 1;
        for (int i = 0; i < compared; i++) {
            sizes.add(at(group, 0, source, site, l1, i).latents());
        }
        double[] slopes = new double[groups.get(group).size()];
        for (int seed = 0; seed < slopes.length; seed++) {
            double[] found = new double[compared];
            for (int i = 0; i < compared; i++) {
                Measurement measurement = at(group, seed, source, site, l1, i);
                found[i] = measurement.share() * measurement.latents();
            }
            slopes[seed] = SizeMatching.slope(sizes, found);
        }
        return Estimate.overSeeds(slopes);
    }

    private void figures(ExperimentRun run, String group, String site) {
        String suffix = (group + "_" + site).replaceAll("[^a-z0-9]+", "_");
        int compared = ratios.size() - 1;
        List<String> sizes = new ArrayList<>();
        double[][] cells = new double[compared][coefficients.size()];
        ResultChart growth = ResultChart.of("Features found: " + group + ", " + site, "latents", "confirmed latents")
                .logarithmicX();
        for (int i = 0; i < compared; i++) {
            sizes.add(""
                    + at(group, 0, Source.TRAINED, site, coefficients.get(0), i).latents());
            for (int j = 0; j < coefficients.size(); j++) {
                cells[i][j] = estimate(group, Source.TRAINED, site, coefficients.get(j), i, Measurement::share)
                        .mean();
            }
        }
        run.figure(
                "share_" + suffix,
                new ResultHeatMap(
                                "Share confirmed by the next larger dictionary: " + group + ", " + site,
                                "L1 coefficient",
                                "latents",
                                coefficients.stream().map(ResultTable::given).toList(),
                                sizes,
                                cells)
                        .picture(0, 1));
        double best = best(group, site);
        for (double l1 : coefficients) {
            growth.line("L1 " + ResultTable.given(l1), found(group, Source.TRAINED, site, l1));
        }
        growth.control(
                "random weights, L1 " + ResultTable.given(best), found(group, Source.RANDOM_WEIGHTS, site, best));
        growth.control("embeddings, L1 " + ResultTable.given(best), found(group, Source.EMBEDDINGS, site, best));
        run.figure("found_" + suffix, growth.picture());
        ResultHistogram histogram = ResultHistogram.of(
                "Cosines of matched pairs: " + group + ", " + site + ", L1 " + ResultTable.given(best),
                "cosine with the next larger dictionary",
                0,
                1,
                Measurement.BINS);
        for (Source source : Source.values()) {
            histogram.group(source.title(), cosines(group, source, site, best));
        }
        run.figure("cosines_" + suffix, histogram.picture());
    }

    private List<ResultChart.Point> found(String group, Source source, String site, double l1) {
        List<ResultChart.Point> points = new ArrayList<>();
        for (int i = 0; i < ratios.size() - 1; i++) {
            points.add(new ResultChart.Point(
                    at(group, 0, source, site, l1, i).latents(),
                    estimate(group, source, site, l1, i, one -> one.share() * one.latents())));
        }
        return points;
    }

    /** Returns the middle of the bin of each pair, over all seeds and sizes. */
    private double[] cosines(String group, Source source, String site, double l1) {
        List<Double> all = new ArrayList<>();
        for (int seed = 0; seed < groups.get(group).size(); seed++) {
            for (int i = 0; i < ratios.size() - 1; i++) {
                int[] histogram = at(group, seed, source, site, l1, i).histogram();
                for (int bin = 0; bin < histogram.length; bin++) {
                    for (int pair = 0; pair < histogram[bin]; pair++) {
                        all.add((bin + 0.5) / Measurement.BINS);
                    }
                }
            }
        }
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Returns the coefficient with the largest mean share over sizes. */
    private double best(String group, String site) {
        double best = coefficients.get(0);
        double largest = -1;
        for (double l1 : coefficients) {
            double sum = 0;
            for (int i = 0; i < ratios.size() - 1; i++) {
                sum += estimate(group, Source.TRAINED, site, l1, i, Measurement::share)
                        .mean();
            }
            if (sum > largest) {
                largest = sum;
                best = l1;
            }
        }
        return best;
    }

    private void finding(ExperimentRun run, String group, String site) {
        double best = best(group, site);
        int index = ratios.size() - 2;
        double[] trained = values(group, Source.TRAINED, site, best, index, Measurement::share);
        double[] random = values(group, Source.RANDOM_WEIGHTS, site, best, index, Measurement::share);
        Estimate margin = Estimate.difference(trained, random);
        String verdict = margin.isAbove(0)
                ? "the interval of the difference excludes 0"
                : "the interval of the difference does not exclude 0 from above";
        run.finding(String.format(
                Locale.ROOT,
                "%s, %s, L1 %s, %d latents: the next larger dictionary confirms a share of %s, with random weights %s and"
                        + " with embeddings alone %s; trained − random weights is %s (%s).",
                group,
                site,
                ResultTable.given(best),
                at(group, 0, Source.TRAINED, site, best, index).latents(),
                Estimate.overSeeds(trained).text(),
                Estimate.overSeeds(random).text(),
                estimate(group, Source.EMBEDDINGS, site, best, index, Measurement::share)
                        .text(),
                margin.text(),
                verdict));
    }

    private interface CellConsumer {
        void accept(String group, String site, double l1, int index);
    }

    private void forEachCell(CellConsumer consumer) {
        for (String group : groups.keySet()) {
            for (String site : sites(group)) {
                for (double l1 : coefficients) {
                    for (int i = 0; i < ratios.size(); i++) {
                        consumer.accept(group, site, l1, i);
                    }
                }
            }
        }
    }

    private Set<String> sites(String group) {
        Set<String> sites = new LinkedHashSet<>();
        groups.get(group).get(0).dictionaries().forEach(one -> sites.add(one.site()));
        return sites;
    }

    private Measurement at(String group, int seed, Source source, String site, double l1, int index) {
        return groups.get(group).get(seed).dictionaries().stream()
                .filter(one -> one.source() == source && one.site().equals(site) && one.l1() == l1)
                .skip(index)
                .findFirst()
                .orElseThrow();
    }

    private double[] values(
            String group, Source source, String site, double l1, int index, ToDoubleFunction<Measurement> field) {
        double[] values = new double[groups.get(group).size()];
        Arrays.setAll(values, seed -> field.applyAsDouble(at(group, seed, source, site, l1, index)));
        return values;
    }

    private Estimate estimate(
            String group, Source source, String site, double l1, int index, ToDoubleFunction<Measurement> field) {
        return Estimate.overSeeds(values(group, source, site, l1, index, field));
    }
}
