package dev.assay.verify.reference;

import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.probe.ColumnSelection;
import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.evaluate.probe.LogisticRegression;
import dev.assay.evaluate.probe.ProbeData;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sparse probing of SAEBench: k-sparse logistic regressions on mean activations and mean codes of texts, for each class against the others. */
final class SparseProbingGroup implements ReferenceGroup {
    private static final String INPUTS = "inputs.safetensors";
    private static final String EXPECTED = "expected.json";
    private static final String TENSORS = "expected.safetensors";
    private static final double TOLERANCE = 1e-4;
    private static final double CONVERGED = 1e-6;

    /** The reference stops its solver at a gradient norm of 1e-4, up to a few thousandths from the minimum. */
    private static final double STOPPED_EARLY = 1e-2;

    /** Accuracies of a solver that stops early are exact where no row is nearer to the threshold. */
    private static final double CLEAR_MARGIN = 1e-2;

    /** Accuracies that the reference records in float32. */
    private static final double FLOAT32 = 1e-6;

    @Override
    public String name() {
        return "saebench/sparse_probing";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        return folder.fields(EXPECTED).containsAll(Set.of("classes", "ks", "per_class"))
                && folder.tensors(INPUTS).containsAll(Set.of("W_enc", "b_enc", "b_dec"))
                && folder.tensors(TENSORS).stream().anyMatch(name -> name.startsWith("mean_sae_acts."));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject expected = folder.json(EXPECTED);
        List<String> classes = expected.texts("classes");
        Differences differences = new Differences();
        Map<String, Map<String, double[][]>> means = new LinkedHashMap<>();
        for (String split : List.of("train", "test")) {
            for (String name : classes) {
                MeanCodes mean = MeanCodes.of(folder, split + "." + name);
                differences.absolute(
                        "mean_acts",
                        mean.activations(),
                        folder.doubles(TENSORS, "mean_acts." + split + "." + name),
                        TOLERANCE);
                differences.absolute(
                        "mean_sae_acts",
                        mean.codes(),
                        folder.doubles(TENSORS, "mean_sae_acts." + split + "." + name),
                        TOLERANCE);
                means.computeIfAbsent("llm." + split, key -> new LinkedHashMap<>())
                        .put(name, mean.activations());
                means.computeIfAbsent("sae." + split, key -> new LinkedHashMap<>())
                        .put(name, mean.codes());
            }
        }
        Map<String, Double> sums = new LinkedHashMap<>();
        for (String name : classes) {
            JsonObject ofClass = expected.object("per_class").object(name);
            for (String kind : List.of("llm", "sae")) {
                compareData(folder, kind, name, means, differences);
                for (double k : expected.numbers("ks")) {
                    String key = kind + "_top_" + (int) k;
                    sums.merge(
                            key,
                            compareProbe(folder, ofClass.object(key), kind, name, (int) k, differences),
                            Double::sum);
                }
            }
            compareTorchProbe(folder, ofClass.object("torch_probe"), name, differences);
        }
        compareMeans(expected, classes.size(), sums, differences);
        return differences.toList();
    }

    /** Compares the rows of a class against the others: its rows, then equally many rows of the other classes, in order. */
    private static void compareData(
            CaseFolder folder,
            String kind,
            String name,
            Map<String, Map<String, double[][]>> means,
            Differences differences)
            throws IOException {
        for (String split : List.of("train", "test")) {
            Map<String, double[][]> ofClass = means.get(kind + "." + split);
            List<double[]> rows = new ArrayList<>(Arrays.asList(ofClass.get(name)));
            int positives = rows.size();
            int each = (positives + ofClass.size() - 2) / Math.max(1, ofClass.size() - 1);
            ofClass.forEach((other, all) -> {
                if (!other.equals(name)) {
                    rows.addAll(Arrays.asList(all).subList(0, Math.min(each, all.length)));
                }
            });
            int count = Math.min(rows.size(), 2 * positives);
            double[] labels = new double[count];
            Arrays.fill(labels, 0, positives, 1);
            differences.absolute(
                    kind + "." + split + "_x",
                    rows.subList(0, count).toArray(double[][]::new),
                    folder.doubles(TENSORS, kind + "." + split + "_x." + name),
                    TOLERANCE);
            differences.absolute(
                    kind + "." + split + "_y", labels, folder.doubles(TENSORS, kind + "." + split + "_y." + name), 0);
        }
    }

    /** Returns the recorded rows of a split, so that the probes do not depend on the rounding of the means. */
    private static ProbeData recorded(CaseFolder folder, String kind, String split, String name) throws IOException {
        double[] labels = folder.doubles(TENSORS, kind + "." + split + "_y." + name);
        boolean[] positive = new boolean[labels.length];
        for (int i = 0; i < labels.length; i++) {
            positive[i] = labels[i] == 1;
        }
        return ProbeData.of(folder.matrix(TENSORS, kind + "." + split + "_x." + name), positive);
    }

    /** Compares a k-sparse probe and returns its accuracy on the test rows. */
    private static double compareProbe(
            CaseFolder folder, JsonObject expected, String kind, String name, int k, Differences differences)
            throws IOException {
        ProbeData training = recorded(folder, kind, "train", name);
        ProbeData test = recorded(folder, kind, "test", name);
        String value = kind + "_top_" + k;
        double[] difference = training.meanDifference();
        int[] selected = ColumnSelection.meanDifference().select(training, Math.min(k + 1, training.width()));
        int[] kept = Arrays.copyOf(selected, k);
        if (selected.length > k) {
            differences.absolute(
                    value + ".gap_to_next",
                    Math.abs(difference[selected[k - 1]]) - Math.abs(difference[selected[k]]),
                    expected.number("gap_to_next"),
                    TOLERANCE);
        }
        differences.equal(value + ".features_by_difference", whole(kept), expected.numbers("features_by_difference"));
        int[] ascending = kept.clone();
        Arrays.sort(ascending);
        differences.equal(
                value + ".features_in_probe_order", whole(ascending), expected.numbers("features_in_probe_order"));
        LinearProbe probe = LogisticRegression.withC(1)
                .tolerance(1e-11)
                .fit(training.columns(ascending))
                .probe();
        compareCoefficients(value, probe, expected, differences);
        double accuracy = probe.evaluate(test.columns(ascending)).accuracy();
        differences.absolute(
                value + ".test_accuracy_converged", accuracy, expected.number("test_accuracy_converged"), 1e-12);
        if (expected.number("smallest_abs_test_logit") > CLEAR_MARGIN) {
            differences.absolute(value + ".test_accuracy", accuracy, expected.number("test_accuracy"), 1e-12);
        }
        double least = Arrays.stream(probe.scores(test.columns(ascending)))
                .map(Math::abs)
                .min()
                .orElse(0);
        differences.absolute(
                value + ".smallest_abs_test_logit", least, expected.number("smallest_abs_test_logit"), TOLERANCE);
        double[] trainingScores = probe.scores(training.columns(ascending));
        if (Arrays.stream(trainingScores).map(Math::abs).min().orElse(0) > CLEAR_MARGIN) {
            differences.absolute(
                    value + ".train_accuracy",
                    probe.evaluate(training.columns(ascending)).accuracy(),
                    expected.number("train_accuracy"),
                    1e-12);
        }
        return expected.number("smallest_abs_test_logit") > CLEAR_MARGIN ? accuracy : expected.number("test_accuracy");
    }

    private static void compareCoefficients(
            String value, LinearProbe probe, JsonObject expected, Differences differences) {
        List<Double> converged = expected.numbers("coef_converged");
        List<Double> stopped = expected.numbers("coef");
        double scale = Math.max(
                Math.abs(expected.number("intercept_converged")),
                converged.stream().mapToDouble(Math::abs).max().orElse(0));
        for (int j = 0; j < probe.weights().length; j++) {
            InvalidInputException.require(
                    converged.size() == probe.weights().length && stopped.size() == converged.size(),
                    value + " has " + converged.size() + " coefficients in the case, expected "
                            + probe.weights().length);
            differences.relative(value + ".coef_converged", probe.weights()[j], converged.get(j), scale, CONVERGED);
            differences.relative(value + ".coef", probe.weights()[j], stopped.get(j), scale, STOPPED_EARLY);
        }
        differences.relative(
                value + ".intercept_converged",
                probe.intercept(),
                expected.number("intercept_converged"),
                scale,
                CONVERGED);
        differences.relative(
                value + ".intercept", probe.intercept(), expected.number("intercept"), scale, STOPPED_EARLY);
    }

    private static List<Double> whole(int[] columns) {
        return Arrays.stream(columns).mapToObj(column -> (double) column).toList();
    }

    private static void compareTorchProbe(CaseFolder folder, JsonObject expected, String name, Differences differences)
            throws IOException {
        SgdProbe start = new SgdProbe(
                folder.doubles(TENSORS, "torch_probe.init_weight." + name),
                folder.doubles(TENSORS, "torch_probe.init_bias." + name)[0]);
        SgdProbe.Best best = start.train(
                recorded(folder, "sae", "train", name),
                recorded(folder, "sae", "test", name),
                expected.positive("batch_size"),
                expected.positive("epochs"),
                expected.number("lr"),
                expected.number("weight_decay"));
        differences.absolute("torch_probe.test_accuracy", best.accuracy(), expected.number("test_accuracy"), FLOAT32);
        differences.absolute(
                "torch_probe.best_weight",
                best.probe().weights(),
                folder.doubles(TENSORS, "torch_probe.best_weight." + name),
                TOLERANCE);
        differences.absolute(
                "torch_probe.best_bias",
                best.probe().intercept(),
                folder.doubles(TENSORS, "torch_probe.best_bias." + name)[0],
                TOLERANCE);
    }

    private static void compareMeans(
            JsonObject expected, int classes, Map<String, Double> sums, Differences differences) {
        JsonObject means = expected.object("mean_over_classes");
        sums.forEach((key, sum) ->
                differences.absolute("mean_over_classes", sum / classes, means.number(key + "_test_accuracy"), 1e-12));
    }

    /** Means over the real positions of texts: positions whose activations do not sum to 0. */
    private record MeanCodes(double[][] activations, double[][] codes) {
        static MeanCodes of(CaseFolder folder, String tensor) throws IOException {
            Shape shape = folder.shape(INPUTS, tensor);
            InvalidInputException.require(
                    shape.dimension() == 3,
                    () -> folder.file(INPUTS) + ": tensor " + tensor + " has shape " + shape
                            + ", expected [texts, positions, width]");
            int positions = (int) shape.get(1);
            int width = (int) shape.get(2);
            double[] x = folder.doubles(INPUTS, tensor);
            double[][] encoder = folder.matrix(INPUTS, "W_enc"); // [d][F]
            double[] bias = folder.doubles(INPUTS, "b_enc");
            double[] origin = folder.doubles(INPUTS, "b_dec");
            double[][] activations = new double[(int) shape.get(0)][width];
            double[][] codes = new double[activations.length][bias.length];
            for (int text = 0; text < activations.length; text++) {
                int real = 0;
                for (int at = 0; at < positions; at++) {
                    double[] row =
                            Arrays.copyOfRange(x, (text * positions + at) * width, (text * positions + at + 1) * width);
                    float sum = 0; // in the precision of the reference
                    for (double value : row) {
                        sum += (float) value;
                    }
                    if (sum != 0) {
                        real++;
                        add(activations[text], row);
                        add(codes[text], encode(row, encoder, bias, origin));
                    }
                }
                for (double[] mean : new double[][] {activations[text], codes[text]}) {
                    for (int j = 0; j < mean.length; j++) {
                        mean[j] /= real;
                    }
                }
            }
            return new MeanCodes(activations, codes);
        }

        private static double[] encode(double[] row, double[][] encoder, double[] bias, double[] origin) {
            double[] codes = bias.clone();
            for (int j = 0; j < row.length; j++) {
                for (int latent = 0; latent < codes.length; latent++) {
                    codes[latent] += (row[j] - origin[j]) * encoder[j][latent];
                }
            }
            for (int latent = 0; latent < codes.length; latent++) {
                codes[latent] = Math.max(0, codes[latent]);
            }
            return codes;
        }

        private static void add(double[] sum, double[] row) {
            for (int j = 0; j < row.length; j++) {
                sum[j] += row[j];
            }
        }
    }
}
