package dev.assay.verify.reference;

import dev.assay.InvalidInputException;
import dev.assay.explain.measure.ActivatingWindow;
import dev.assay.explain.measure.ActivatingWindows;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Example windows of delphi from the activations of one feature: by falling maximum, and centred on the maximum. */
final class ExplainWindowsGroup implements ReferenceGroup {
    private static final String CASE = "case.json";
    private static final String DATA = "expected.safetensors";

    @Override
    public String name() {
        return "explain/windows";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        return folder.fields(CASE).containsAll(Set.of("ctx", "windows_per_batch"))
                && folder.tensors(DATA).stream()
                        .anyMatch(name -> name.startsWith("max_pool.") || name.startsWith("centred."));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject options = folder.json(CASE);
        double[][] tokens = folder.matrix(DATA, "tokens");
        double[][] activations = folder.matrix(DATA, "activations");
        requireShape(folder, "tokens", tokens, options);
        requireShape(folder, "activations", activations, options);
        int[][] ids = new int[tokens.length][];
        float[][] values = new float[tokens.length][];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = Arrays.stream(tokens[i]).mapToInt(id -> (int) id).toArray();
            values[i] = ExplainCase.narrow(activations[i]);
        }
        ActivatingWindows windows = new ActivatingWindows(ids, values);
        Differences differences = new Differences();
        compareWindows(folder, "max_pool", windows.byMaximum(), differences);
        compareWindows(folder, "centred", windows.centred(options.positive("windows_per_batch")), differences);
        return differences.toList();
    }

    private static void requireShape(CaseFolder folder, String name, double[][] rows, JsonObject options) {
        int windows = options.integer("windows");
        int length = options.positive("ctx");
        InvalidInputException.require(
                rows.length == windows && (windows == 0 || rows[0].length == length),
                () -> folder.file(DATA) + ": tensor " + name + " has " + rows.length + " windows of "
                        + (rows.length == 0 ? 0 : rows[0].length) + " tokens, expected " + windows + " of " + length
                        + " as in " + CASE);
    }

    /** Compares windows in order; the order within equal maxima is arbitrary in the reference. */
    private static void compareWindows(
            CaseFolder folder, String name, List<ActivatingWindow> found, Differences differences) throws IOException {
        double[][] tokens = folder.matrix(DATA, name + ".tokens");
        double[][] activations = folder.matrix(DATA, name + ".activations");
        differences.equal(name + ".windows", found.size(), tokens.length);
        differences.equal(name + ".windows", found.size(), activations.length);
        if (tokens.length != found.size() || activations.length != found.size()) {
            return;
        }
        int start = 0;
        while (start < found.size()) {
            int end = start + 1;
            while (end < found.size()
                    && found.get(end).maximum() == found.get(start).maximum()) {
                end++;
            }
            List<double[]> expected = new ArrayList<>();
            List<double[]> computed = new ArrayList<>();
            for (int i = start; i < end; i++) {
                expected.add(joined(tokens[i], activations[i]));
                computed.add(joined(
                        Arrays.stream(found.get(i).tokens()).asDoubleStream().toArray(), wide(found.get(i))));
            }
            expected.sort(Comparator.comparing(row -> row, Arrays::compare));
            computed.sort(Comparator.comparing(row -> row, Arrays::compare));
            for (int i = 0; i < expected.size(); i++) {
                differences.equal(
                        name + ".tokens_and_activations", Arrays.equals(computed.get(i), expected.get(i)), true);
            }
            start = end;
        }
    }

    private static double[] wide(ActivatingWindow window) {
        float[] activations = window.activations();
        double[] wide = new double[activations.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = activations[i];
        }
        return wide;
    }

    private static double[] joined(double[] first, double[] second) {
        double[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
