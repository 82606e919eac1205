package dev.assay.verify.reference;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.similarity.RandomMaxCosine;
import dev.assay.io.JsonObject;
import dev.assay.toy.CopulaFiring;
import dev.assay.toy.Firing;
import dev.assay.toy.IndependentFiring;
import dev.assay.toy.TreeFiring;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Firing statistics of toy generators: the closed forms, and samples of Assay's generators compared with the recorded closed forms. The
 * difference of a sample is in standard deviations, {@code √(q(1 − q)/N)} for a probability q that is observed in N rows. An event of
 * probability 0 may not occur.
 */
final class ToyCorrelatedGroup implements ReferenceGroup {
    private static final String EXPECTED = "expected.json";
    private static final String TENSORS = "expected.safetensors";
    private static final double CLOSED_FORM = 1e-8;
    private static final double NULL_COSINE = 1e-6;
    private static final double DEVIATIONS = 4.5;
    private static final int ROWS = 1_000_000;

    @Override
    public String name() {
        return "toy_correlated";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        return folder.fields(EXPECTED).containsAll(Set.of("independent", "copula", "tree", "null_mean_max_cosine"))
                && folder.tensors(TENSORS).containsAll(Set.of("independent.p", "copula.R", "tree.joint"));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject expected = folder.json(EXPECTED);
        Differences differences = new Differences();
        compareIndependent(folder, expected.object("independent"), differences);
        CopulaFiring copula = CopulaFiring.of(folder.doubles(TENSORS, "copula.p"), folder.matrix(TENSORS, "copula.R"));
        compareCorrelated("copula", copula, folder, expected, differences);
        differences.absolute(
                "copula.variance_l0_if_independent",
                new IndependentFiring(copula.probabilities()).varianceActive(),
                expected.object("copula").number("variance_l0_if_independent"),
                CLOSED_FORM);
        compareCorrelated("tree", tree(expected.object("tree")), folder, expected, differences);
        for (JsonObject row : expected.objects("null_mean_max_cosine")) {
            RandomMaxCosine random = new RandomMaxCosine(row.positive("d"), row.positive("atoms"));
            differences.absolute(
                    "null_mean_max_cosine.signed", random.meanMaxCosine(), row.number("signed"), NULL_COSINE);
            differences.absolute(
                    "null_mean_max_cosine.absolute",
                    random.meanMaxAbsoluteCosine(),
                    row.number("absolute"),
                    NULL_COSINE);
        }
        return differences.toList();
    }

    private static void compareIndependent(CaseFolder folder, JsonObject expected, Differences differences)
            throws IOException {
        IndependentFiring firing =
                IndependentFiring.decaying(expected.positive("n"), expected.number("k"), expected.number("decay"));
        double[] p = folder.doubles(TENSORS, "independent.p");
        differences.absolute("independent.p", firing.probabilities(), p, CLOSED_FORM);
        compareCounts("independent", firing, expected, differences);
        double empty = expected.number("probability_of_an_empty_row");
        differences.absolute("independent.probability_of_an_empty_row", firing.emptyRows(), empty, CLOSED_FORM);

        Sample sample = Sample.of(firing);
        for (int i = 0; i < p.length; i++) {
            differences.add("independent.p, sampled", deviations(sample.joint()[i][i], p[i], ROWS), DEVIATIONS);
        }
        differences.add(
                "independent.probability_of_an_empty_row, sampled",
                deviations(sample.emptyRows(), empty, ROWS),
                DEVIATIONS);
    }

    private static TreeFiring tree(JsonObject expected) {
        List<TreeFiring.Node> nodes = new ArrayList<>();
        for (JsonObject node : expected.objects("nodes")) {
            nodes.add(new TreeFiring.Node(
                    node.integer("parent"),
                    node.number("p_given_parent"),
                    node.text("exclusive_group", TreeFiring.NO_GROUP)));
        }
        return new TreeFiring(nodes);
    }

    private static void compareCorrelated(
            String name, Firing firing, CaseFolder folder, JsonObject expected, Differences differences)
            throws IOException {
        double[][] joint = folder.matrix(TENSORS, name + ".joint");
        int size = firing.probabilities().length;
        InvalidInputException.require(
                joint.length == size && joint[0].length == size,
                folder.file(TENSORS) + ": tensor " + name + ".joint has " + joint.length + " rows, expected " + size
                        + " rows and columns");
        JsonObject values = expected.object(name);
        differences.absolute(name + ".p", firing.probabilities(), folder.doubles(TENSORS, name + ".p"), CLOSED_FORM);
        differences.absolute(name + ".joint", firing.joint(), flat(joint), CLOSED_FORM);
        differences.absolute(name + ".phi", firing.phi(), folder.doubles(TENSORS, name + ".phi"), CLOSED_FORM);
        compareCounts(name, firing, values, differences);
        differences.add(
                name + ".joint, sampled", largestDeviation(Sample.of(firing).joint(), joint, ROWS), DEVIATIONS);
        double[][] recorded = folder.matrix(TENSORS, name + ".sample_joint");
        differences.absolute(
                name + ".largest_z_of_our_sample",
                largestDeviation(recorded, firing.joint(), expected.count("sample_size")),
                values.number("largest_z_of_our_sample"),
                1e-5);
    }

    private static void compareCounts(String name, Firing firing, JsonObject expected, Differences differences) {
        differences.absolute(name + ".expected_l0", firing.meanActive(), expected.number("expected_l0"), CLOSED_FORM);
        differences.absolute(
                name + ".variance_l0", firing.varianceActive(), expected.number("variance_l0"), CLOSED_FORM);
    }

    private static double[] flat(double[][] matrix) {
        return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
    }

    private static double largestDeviation(double[][] observed, double[][] expected, double rows) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < expected.length; j++) {
                largest = Math.max(largest, deviations(observed[i][j], expected[i][j], rows));
            }
        }
        return largest;
    }

    /** Returns the difference of an observed frequency from a probability, in standard deviations. */
    private static double deviations(double observed, double expected, double rows) {
        double difference = Math.abs(observed - expected);
        return difference == 0 ? 0 : difference / Math.sqrt(Math.max(0, expected * (1 - expected)) / rows);
    }

    /** Observed frequencies of pairs, [G][G], and of rows in which nothing fires. */
    private record Sample(double[][] joint, double emptyRows) {
        static Sample of(Firing firing) {
            int features = firing.probabilities().length;
            double[][] counts = new double[features][features];
            SplittableRandom random = new SplittableRandom(0);
            List<Integer> fired = new ArrayList<>();
            int empty = 0;
            for (int row = 0; row < ROWS; row++) {
                fired.clear();
                firing.sample(random, fired::add);
                empty += fired.isEmpty() ? 1 : 0;
                for (int i : fired) {
                    for (int j : fired) {
                        counts[i][j]++;
                    }
                }
            }
            for (double[] pairs : counts) {
                Arrays.setAll(pairs, j -> pairs[j] / ROWS);
            }
            return new Sample(counts, (double) empty / ROWS);
        }
    }
}
