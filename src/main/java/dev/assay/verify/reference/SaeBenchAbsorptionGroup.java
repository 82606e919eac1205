package dev.assay.verify.reference;

import dev.assay.evaluate.benchmark.Absorption;
import dev.assay.evaluate.benchmark.AbsorptionBenchmark;
import dev.assay.evaluate.benchmark.AbsorptionReport;
import dev.assay.evaluate.benchmark.AbsorptionThresholds;
import dev.assay.evaluate.benchmark.BinaryMetrics;
import dev.assay.evaluate.benchmark.ClassAbsorption;
import dev.assay.evaluate.benchmark.Float64Dictionary;
import dev.assay.evaluate.benchmark.LatentProbe;
import dev.assay.evaluate.benchmark.SplitLatents;
import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** SAEBench's feature absorption with recorded probes of the activations and recorded rankings of the latents. */
final class SaeBenchAbsorptionGroup implements ReferenceGroup {
    private static final String PROBE_WEIGHT = "probe_weight";
    private static final String PER_LETTER = "per_letter";
    private static final double FLOAT32 = 1e-5;
    private static final double CONVERGED = 1e-6; // relative
    // scikit-learn's solver stops early.
    private static final double EARLY = 1e-2;
    private static final double EARLY_SCORE = 3e-2; // a sum of weights times codes
    // Of scores and sums in float32.
    private static final double METRIC = 1e-9;

    @Override
    public String name() {
        return "saebench/absorption";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        return folder.fields(SaeBenchCase.EXPECTED).containsAll(Set.of("words", "per_word", PER_LETTER))
                && folder.tensors(SaeBenchCase.INPUTS).containsAll(Set.of(PROBE_WEIGHT, "l1_probe_weight", "W_enc"));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject expected = folder.json(SaeBenchCase.EXPECTED);
        List<String> letters = SaeBenchCase.names(expected.object("metrics"));
        int[] labels = Arrays.stream(folder.doubles(SaeBenchCase.INPUTS, "labels"))
                .mapToInt(label -> (int) label)
                .toArray();
        double[][] x = folder.matrix(SaeBenchCase.INPUTS, "activations");
        Float64Dictionary dictionary = SaeBenchCase.dictionary(folder);
        Differences differences = new Differences();
        // The probes are fitted to the recorded codes, whose rounding to float32 changes the weights by more than their
        // tolerance.
        double[][] codes = folder.matrix(SaeBenchCase.TENSORS, "features");
        differences.absolute(
                "features", dictionary.encode(x), folder.doubles(SaeBenchCase.TENSORS, "features"), FLOAT32);
        AbsorptionBenchmark benchmark = AbsorptionBenchmark.of(dictionary, x, codes, labels, letters)
                .thresholds(thresholds(expected.object("thresholds")));
        Set<String> recorded = folder.tensors(SaeBenchCase.TENSORS);
        List<LinearProbe> probes = probes(folder);
        double[][] ranking = folder.matrix(SaeBenchCase.INPUTS, "l1_probe_weight");
        int largest = 1;
        while (recorded.contains("k" + (largest + 1) + ".features")) {
            largest++;
        }
        List<ClassAbsorption> classes = new ArrayList<>();
        for (int letter = 0; letter < letters.size(); letter++) {
            List<LatentProbe> sparse = benchmark.probes(letter, ranking[letter], largest);
            compareProbes(folder, letter, sparse, benchmark, differences);
            JsonObject metrics = expected.object("metrics").object(letters.get(letter));
            boolean[] own = benchmark.isOf(letter);
            compareMetrics("probe", BinaryMetrics.of(scores(x, probes.get(letter)), own, 0), metrics, differences);
            double[] f1 = new double[largest];
            for (LatentProbe probe : sparse) {
                int k = probe.latents().length;
                BinaryMetrics found = BinaryMetrics.of(scores(folder, probe, letter, codes), own, 0);
                f1[k - 1] = found.f1();
                compareMetrics("sparse_sae_" + k, found, metrics, differences);
                compareMetrics("sum_sparse_sae_" + k, probe.evaluateSum(codes, own), metrics, differences);
            }
            int[] split = SplitLatents.of(
                    sparse.stream().map(LatentProbe::latents).toArray(int[][]::new),
                    f1,
                    AbsorptionThresholds.DEFAULT.f1Jump());
            ClassAbsorption absorption = benchmark.absorption(letter, probes.get(letter), split);
            if (!absorption.rows().isEmpty()) {
                classes.add(absorption);
            }
            differences.equal(
                    "metrics.split_feats",
                    Arrays.stream(split).boxed().toList(),
                    metrics.numbers("split_feats").stream()
                            .map(Double::intValue)
                            .toList());
        }
        AbsorptionReport report = new AbsorptionReport(classes);
        compareWords(report, expected, differences);
        compareLetters(report, expected, differences);
        return differences.toList();
    }

    private static AbsorptionThresholds thresholds(JsonObject json) {
        return new AbsorptionThresholds(
                json.number("full_absorption_probe_cos_sim_threshold"),
                json.number("absorption_fraction_probe_cos_sim_threshold"),
                json.number("probe_projection_proportion_threshold"),
                json.positive("absorption_fraction_max_absorbing_latents"),
                AbsorptionThresholds.DEFAULT.f1Jump());
    }

    private static List<LinearProbe> probes(CaseFolder folder) throws IOException {
        double[][] weights = folder.matrix(SaeBenchCase.INPUTS, PROBE_WEIGHT);
        double[] biases = folder.doubles(SaeBenchCase.INPUTS, "probe_bias");
        List<LinearProbe> probes = new ArrayList<>();
        for (int letter = 0; letter < weights.length; letter++) {
            probes.add(new LinearProbe(weights[letter], biases[letter]));
        }
        return probes;
    }

    private static double[] scores(double[][] x, LinearProbe probe) {
        return Arrays.stream(x)
                .mapToDouble(row -> {
                    double score = probe.intercept();
                    for (int i = 0; i < row.length; i++) {
                        score += row[i] * probe.weights()[i];
                    }
                    return score;
                })
                .toArray();
    }

    /**
     * Returns the recorded scores of a probe, or its own if none are recorded. The early stop of scikit-learn's solver can move a score
     * across the threshold of F1; the difference of the scores has a tolerance of its own.
     */
    private static double[] scores(CaseFolder folder, LatentProbe probe, int letter, double[][] codes)
            throws IOException {
        String name = "k" + probe.latents().length + ".scores";
        if (!folder.tensors(SaeBenchCase.TENSORS).contains(name)) {
            return probe.scores(codes);
        }
        return Arrays.stream(folder.matrix(SaeBenchCase.TENSORS, name))
                .mapToDouble(row -> row[letter])
                .toArray();
    }

    private static void compareProbes(
            CaseFolder folder,
            int letter,
            List<LatentProbe> probes,
            AbsorptionBenchmark benchmark,
            Differences differences)
            throws IOException {
        Set<String> recorded = folder.tensors(SaeBenchCase.TENSORS);
        for (LatentProbe probe : probes) {
            String prefix = "k" + probe.latents().length + ".";
            double[][] latents = folder.matrix(SaeBenchCase.TENSORS, prefix + "features");
            differences.equal(
                    prefix + "features",
                    Arrays.stream(probe.latents()).boxed().toList(),
                    Arrays.stream(latents[letter])
                            .mapToObj(latent -> (int) latent)
                            .toList());
            double[] found = Arrays.copyOf(probe.probe().weights(), probe.latents().length + 1);
            found[probe.latents().length] = probe.probe().intercept();
            compareWeights(folder, prefix, "_converged", letter, found, differences);
            compareWeights(folder, prefix, "", letter, found, differences);
            if (recorded.contains(prefix + "scores")) {
                double[][] scores = folder.matrix(SaeBenchCase.TENSORS, prefix + "scores");
                double[] own = probe.scores(benchmark.codes());
                for (int row = 0; row < own.length; row++) {
                    differences.relative(prefix + "scores", own[row], scores[row][letter], 1, EARLY_SCORE);
                }
            }
        }
    }

    private static void compareWeights(
            CaseFolder folder, String prefix, String suffix, int letter, double[] found, Differences differences)
            throws IOException {
        if (!folder.tensors(SaeBenchCase.TENSORS).contains(prefix + "weights" + suffix)) {
            return;
        }
        double[] weights = folder.matrix(SaeBenchCase.TENSORS, prefix + "weights" + suffix)[letter];
        double[] expected = Arrays.copyOf(weights, weights.length + 1);
        expected[weights.length] = folder.doubles(SaeBenchCase.TENSORS, prefix + "bias" + suffix)[letter];
        for (int i = 0; i < expected.length; i++) {
            differences.relative(
                    prefix + "weights" + suffix, found[i], expected[i], 1, suffix.isEmpty() ? EARLY : CONVERGED);
        }
    }

    private static void compareMetrics(
            String suffix, BinaryMetrics found, JsonObject expected, Differences differences) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("auc_", found.auc());
        metrics.put("f1_", found.f1());
        metrics.put("recall_", found.recall());
        metrics.put("precision_", found.precision());
        metrics.forEach((metric, value) -> {
            if (expected.has(metric + suffix)) {
                differences.absolute("metrics." + metric + suffix, value, expected.number(metric + suffix), METRIC);
            }
        });
    }

    private static void compareWords(AbsorptionReport report, JsonObject expected, Differences differences) {
        List<Absorption> found = new ArrayList<>();
        List<String> letters = new ArrayList<>();
        for (ClassAbsorption letter : report.classes()) {
            letter.rows().forEach(row -> letters.add(letter.name()));
            found.addAll(letter.rows());
        }
        List<JsonObject> words = expected.objects("per_word");
        differences.equal(
                "per_word.letter",
                letters,
                words.stream().map(word -> word.text("letter")).toList());
        for (int i = 0; i < Math.min(words.size(), found.size()); i++) {
            JsonObject word = words.get(i);
            Absorption absorption = found.get(i);
            differences.absolute(
                    "per_word.probe_projection",
                    absorption.probeProjection(),
                    word.number("probe_projection"),
                    FLOAT32);
            differences.absolute(
                    "per_word.main_activations",
                    absorption.mainActivations(),
                    SaeBenchCase.numbers(word, "main_activations"),
                    FLOAT32);
            differences.absolute(
                    "per_word.top_projections",
                    absorption.largestProjection(),
                    SaeBenchCase.numbers(word, "top_projections")[0],
                    FLOAT32);
            differences.absolute(
                    "per_word.absorption_fraction", absorption.fraction(), word.number("absorption_fraction"), FLOAT32);
            differences.equal("per_word.is_full_absorption", absorption.isFull(), word.bool("is_full_absorption"));
        }
    }

    private static void compareLetters(AbsorptionReport report, JsonObject expected, Differences differences) {
        List<JsonObject> letters = expected.objects(PER_LETTER);
        differences.equal("per_letter.number", report.classes().size(), letters.size());
        for (int i = 0; i < Math.min(letters.size(), report.classes().size()); i++) {
            JsonObject letter = letters.get(i);
            ClassAbsorption found = report.classes().get(i);
            differences.absolute(
                    "per_letter.mean_absorption_fraction",
                    found.fraction(),
                    letter.number("mean_absorption_fraction"),
                    FLOAT32);
            differences.absolute(
                    "per_letter.full_absorption_rate", found.fullRate(), letter.number("full_absorption_rate"), METRIC);
            differences.absolute(
                    "per_letter.num_split_feats", found.latents().size(), letter.number("num_split_feats"), 0);
            differences.absolute(
                    "per_letter.num_probe_true_positives",
                    found.rows().size(),
                    letter.number("num_probe_true_positives"),
                    0);
        }
        Map<String, Double> metrics = report.metrics();
        differences.absolute(
                "mean_absorption_fraction",
                metrics.get("mean_absorption_fraction_score"),
                expected.number("mean_absorption_fraction"),
                FLOAT32);
        differences.absolute(
                "mean_full_absorption_rate",
                metrics.get("mean_full_absorption_score"),
                expected.number("mean_full_absorption_rate"),
                METRIC);
        differences.absolute(
                "mean_num_split_features",
                metrics.get("mean_num_split_features"),
                expected.number("mean_num_split_features"),
                METRIC);
    }
}
