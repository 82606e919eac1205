package dev.assay.experiment.toy;

import dev.assay.InvalidInputException;
import dev.assay.experiment.Estimate;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.ExperimentSettings;
import dev.assay.experiment.ResultTable;
import dev.assay.toy.ToyExperiment;
import dev.assay.toy.ToyFigure;
import dev.assay.toy.ToyMeasurement;
import dev.assay.toy.ToySuperposition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Recovery of planted features over dictionary size and L1 coefficient (Sharkey, Braun and Millidge, "Taking features out of superposition
 * with sparse autoencoders", 2022, and its replication), with independent, correlated and hierarchical features, and in the published
 * convention.
 */
public final class SuperpositionExperiment implements Experiment {
    private static final String COEFFICIENTS =
            "0.01,0.0178,0.0316,0.0562,0.1,0.178,0.316,0.562,1,1.78,3.16,5.62,10,17.8,31.6,56.2,100";

    private static final List<ToyFigure> PICTURES = List.of(
            ToyFigure.TRUTH_TO_DICTIONARY,
            ToyFigure.DICTIONARY_TO_TRUTH,
            ToyFigure.FOUND,
            ToyFigure.PRECISION,
            ToyFigure.DEAD,
            ToyFigure.NEXT_LARGER);

    @Override
    public String name() {
        return "toy";
    }

    @Override
    public String question() {
        return "How well do dictionaries recover planted features over size and L1 coefficient, and does correlation, hierarchy or the"
                + " published convention change it?";
    }

    @Override
    public int quickSeeds() {
        return 1;
    }

    @Override
    public List<ExperimentSetting> settings() {
        return List.of(
                new ExperimentSetting("width", "dimensions", "256", "24"),
                new ExperimentSetting("features", "planted features", "512", "40"),
                new ExperimentSetting("active", "mean number of active features per row", "5", "2"),
                new ExperimentSetting("decay", "ratio of the probabilities of consecutive features", "0.99", "0.98"),
                new ExperimentSetting(
                        "variants",
                        "some of plain, correlated, hierarchical, published, unscaled, divided",
                        "plain,correlated,hierarchical,published"),
                new ExperimentSetting(
                        "correlation", "largest correlation of two features in the correlated variant", "0.8"),
                new ExperimentSetting(
                        "sizes", "numbers of latents, increasing", "128,256,512,1024,2048,4096,8192,16384", "20,40,80"),
                new ExperimentSetting("coefficients", "L1 coefficients", COEFFICIENTS, "0.316,1,3.16,10"),
                new ExperimentSetting("rows", "training rows of each dictionary", "128000", "12800"),
                new ExperimentSetting("batch", "rows per step", "320", "128"),
                new ExperimentSetting("learning-rate", "peak learning rate", "0.01", "0.02"),
                new ExperimentSetting(
                        "active-share", "share of rows on which each latent is active at the start", "0.02", "0.1"),
                new ExperimentSetting(
                        "measured-rows", "rows for dead latents, L0 and explained variance", "8192", "2048"));
    }

    /** The settings of a run as an experiment of each variant. */
    private record Plan(
            ToySuperposition toy,
            List<ToyVariant> variants,
            double correlation,
            List<Integer> sizes,
            List<String> names,
            List<Double> coefficients,
            long rows,
            int batch,
            double learningRate,
            double activeShare,
            int measured) {
        static Plan of(ExperimentSettings settings) {
            List<Integer> sizes = settings.integers("sizes");
            for (int i = 1; i < sizes.size(); i++) {
                InvalidInputException.require(
                        sizes.get(i) > sizes.get(i - 1),
                        "setting sizes is \"" + settings.text("sizes") + "\", expected increasing numbers");
            }
            List<Double> coefficients = settings.numbers("coefficients");
            InvalidInputException.require(
                    coefficients.stream().allMatch(coefficient -> coefficient > 0),
                    "setting coefficients is \"" + settings.text("coefficients") + "\", expected numbers above 0");
            ToySuperposition toy = ToySuperposition.of(settings.integer("width"), settings.integer("features"))
                    .decay(settings.number("decay"))
                    .active(settings.number("active"));
            Plan plan = new Plan(
                    toy,
                    settings.texts("variants").stream()
                            .map(ToyVariant::named)
                            .distinct()
                            .toList(),
                    settings.number("correlation"),
                    sizes,
                    settings.texts("coefficients"),
                    coefficients,
                    settings.count("rows"),
                    settings.integer("batch"),
                    settings.number("learning-rate"),
                    settings.number("active-share"),
                    settings.integer("measured-rows"));
            plan.variants.forEach(plan::source); // checks the numbers of each variant before the first cell
            return plan;
        }

        ToySuperposition source(ToyVariant variant) {
            return variant.of(toy, correlation);
        }

        ToyExperiment experiment(ToyVariant variant, ToySuperposition source) {
            return ToyExperiment.of(source)
                    .sizes(sizes.stream().mapToInt(Integer::intValue).toArray())
                    .coefficients(coefficients.stream()
                            .mapToDouble(Double::doubleValue)
                            .toArray())
                    .convention(variant.convention())
                    .gridOnly()
                    .learningRate(learningRate)
                    .sparseStart(activeShare)
                    .tokens(rows)
                    .batchSize(batch)
                    .measuredRows(measured)
                    .progress(false);
        }
    }

    @Override
    public void run(ExperimentRun run) throws IOException {
        InvalidInputException.require(
                !run.hasModel() && run.options().text().isEmpty(),
                "the experiment toy generates its activations, expected no --model and no --text");
        Plan plan = Plan.of(run.settings());
        ResultTable best = bestTable();
        ResultTable bySize = bySizeTable();
        for (ToyVariant variant : plan.variants) {
            ToyGrid grid = grid(run, plan, variant);
            run.provenance(plan.source(variant).provenance());
            addRows(grid, variant, bySize);
            run.table(gridTable(grid, variant));
            for (ToyFigure figure : PICTURES) {
                if (figure != ToyFigure.NEXT_LARGER || plan.sizes.size() > 1) {
                    run.figure(
                            variant.key() + "-" + figure.key(),
                            grid.picture(figure, figure.title() + ", " + variant.key()));
                }
            }
            addBest(run, plan, variant, grid, best);
        }
        run.table(best.note(
                "The best cell has the largest MMCS of the planted features, averaged over seeds. Random: the expected value"
                        + " for a random dictionary of the same size, in closed form. Normal codes: a dictionary of the same size and"
                        + " coefficient, trained in the same way on activations with the same mean and variance of each code but without"
                        + " sparse features."));
        run.table(
                bySize.note(
                        "The best coefficient of each size. If it is divided by the number of latents, it grows with the size."));
    }

    private static ToyGrid grid(ExperimentRun run, Plan plan, ToyVariant variant) throws IOException {
        List<double[][]> seeds = new ArrayList<>();
        ToyExperiment experiment = plan.experiment(variant, plan.source(variant).device(run.device()));
        for (long seed : run.seeds()) {
            seeds.add(run.cell(
                    variant.key() + "-seed" + seed, double[][].class, () -> numbers(experiment.measure(seed))));
        }
        return new ToyGrid(plan.sizes, plan.names, seeds);
    }

    private static double[][] numbers(List<ToyMeasurement> measurements) {
        return measurements.stream()
                .map(measurement -> numbers(measurement.figures()))
                .toArray(double[][]::new);
    }

    private static double[] numbers(Map<ToyFigure, Double> figures) {
        return Arrays.stream(ToyFigure.values()).mapToDouble(figures::get).toArray();
    }

    /** Trains the best cell on normal codes: what the same dictionary recovers without sparse features. */
    private static ToyGrid normalCodes(ExperimentRun run, Plan plan, ToyVariant variant, int size, String coefficient)
            throws IOException {
        ToySuperposition source = plan.source(variant).gaussianCodes().device(run.device());
        ToyExperiment experiment =
                plan.experiment(variant, source).sizes(size).coefficients(Double.parseDouble(coefficient));
        List<double[][]> seeds = new ArrayList<>();
        for (long seed : run.seeds()) {
            String key = variant.key() + "-normal-codes-" + size + "-" + coefficient + "-seed" + seed;
            seeds.add(run.cell(key, double[][].class, () -> numbers(experiment.measure(seed))));
        }
        return new ToyGrid(List.of(size), List.of(coefficient), seeds);
    }

    private static ResultTable bestTable() {
        return ResultTable.of("best", "The best cell of each variant")
                .text("variant", "variant")
                .text("convention", "L1 convention")
                .number("latents", "latents")
                .text("coefficient", "L1")
                .measure("mmcs", "MMCS of the truth")
                .nullOf("mmcs", "mmcs_random", "random")
                .nullOf("mmcs", "mmcs_normal_codes", "normal codes")
                .measure("found", "found (recall)")
                .nullOf("found", "found_random", "random")
                .nullOf("found", "found_normal_codes", "normal codes")
                .measure("precision", "precision")
                .measure("reverse", "MMCS of the latents")
                .nullOf("reverse", "reverse_random", "random")
                .measure("dead", "dead")
                .measure("l0", "L0")
                .measure("explained_variance", "explained variance");
    }

    private static void addBest(ExperimentRun run, Plan plan, ToyVariant variant, ToyGrid grid, ResultTable table)
            throws IOException {
        ToyGrid.Cell best = grid.best();
        int latents = grid.latents(best);
        String coefficient = grid.coefficient(best);
        ToyGrid normal = normalCodes(run, plan, variant, latents, coefficient);
        ToyGrid.Cell only = new ToyGrid.Cell(0, 0);
        Estimate mmcs = grid.estimate(best, ToyFigure.TRUTH_TO_DICTIONARY);
        Estimate random = grid.estimate(best, ToyFigure.TRUTH_TO_RANDOM);
        Estimate trained = normal.estimate(only, ToyFigure.TRUTH_TO_DICTIONARY);
        table.row(
                variant.key(),
                variant.convention().key(),
                latents,
                coefficient,
                mmcs,
                random,
                trained,
                grid.estimate(best, ToyFigure.FOUND),
                grid.estimate(best, ToyFigure.FOUND_IN_RANDOM),
                normal.estimate(only, ToyFigure.FOUND),
                grid.estimate(best, ToyFigure.PRECISION),
                grid.estimate(best, ToyFigure.DICTIONARY_TO_TRUTH),
                grid.estimate(best, ToyFigure.DICTIONARY_TO_RANDOM),
                grid.estimate(best, ToyFigure.DEAD),
                grid.estimate(best, ToyFigure.L0),
                grid.estimate(best, ToyFigure.EXPLAINED_VARIANCE));
        run.finding(String.format(
                Locale.ROOT,
                "%s: the best MMCS is %s, with %d latents and the coefficient %s (%s); a random dictionary has %.3f, one trained on"
                        + " normal codes %.3f. Per doubling of the size the best coefficient changes by a factor of %.2f.",
                variant.key(),
                mmcs.text(),
                latents,
                coefficient,
                variant.convention().key(),
                random.mean(),
                trained.mean(),
                grid.sizes().size() > 1 ? grid.factorPerDoubling() : 1));
    }

    private static ResultTable bySizeTable() {
        return ResultTable.of("best-by-size", "The best coefficient of each size")
                .text("variant", "variant")
                .number("latents", "latents")
                .text("coefficient", "L1")
                .measure("mmcs", "MMCS of the truth")
                .nullOf("mmcs", "mmcs_random", "random")
                .measure("found", "found (recall)")
                .measure("precision", "precision")
                .measure("dead", "dead")
                .measure("next_larger", "MMCS with the next larger")
                .nullOf("next_larger", "next_larger_random", "random");
    }

    private static void addRows(ToyGrid grid, ToyVariant variant, ResultTable table) {
        for (int size = 0; size < grid.sizes().size(); size++) {
            ToyGrid.Cell cell = grid.best(size);
            table.row(
                    variant.key(),
                    grid.latents(cell),
                    grid.coefficient(cell),
                    grid.estimate(cell, ToyFigure.TRUTH_TO_DICTIONARY),
                    grid.estimate(cell, ToyFigure.TRUTH_TO_RANDOM),
                    grid.estimate(cell, ToyFigure.FOUND),
                    grid.estimate(cell, ToyFigure.PRECISION),
                    grid.estimate(cell, ToyFigure.DEAD),
                    grid.estimate(cell, ToyFigure.NEXT_LARGER),
                    grid.estimate(cell, ToyFigure.NEXT_LARGER_RANDOM));
        }
    }

    /** Returns all figures of all cells. */
    private static ResultTable gridTable(ToyGrid grid, ToyVariant variant) {
        ResultTable table = ResultTable.of("grid-" + variant.key(), "All cells, " + variant.key())
                .number("latents", "latents")
                .text("coefficient", "L1");
        for (ToyFigure figure : ToyFigure.values()) {
            table.measure(figure.key(), figure.title());
        }
        for (int size = 0; size < grid.sizes().size(); size++) {
            for (int coefficient = 0; coefficient < grid.coefficients().size(); coefficient++) {
                ToyGrid.Cell cell = new ToyGrid.Cell(size, coefficient);
                List<Object> row = new ArrayList<>(List.of(grid.latents(cell), grid.coefficient(cell)));
                for (ToyFigure figure : ToyFigure.values()) {
                    row.add(grid.estimate(cell, figure));
                }
                table.row(row.toArray());
            }
        }
        return table;
    }
}
