package dev.assay.verify.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.probe.AffineEraser;
import dev.assay.evaluate.probe.Leace;
import dev.assay.evaluate.probe.LeaceOptions;
import dev.assay.evaluate.probe.LogisticRegression;
import dev.assay.evaluate.probe.ProbeData;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Erasers of the concept-erasure library: LEACE with its options, the oracle eraser and mean projection. The AUROC of hard predictions
 * that the case records is an error of the reference and is not compared.
 */
final class LeaceGroup implements ReferenceGroup {
    private static final String CASE = "case.json";
    private static final String DATA = "data.safetensors";
    private static final double TOLERANCE = 1e-8;

    /** The reference stops its solver early, which moves scores of rows with almost equal rank. */
    private static final double AUROC_TOLERANCE = 0.01;

    /**
     * After LEACE the gradient of the loss is 0 at weights 0, so the direction of the reference's probe is rounding noise of float32. Its AUROC
     * is that of an arbitrary direction along which the class means are equal.
     */
    private static final double AUROC_OF_NOISE = 0.1;

    @Override
    public String name() {
        return "erasure/leace";
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        return folder.fields(CASE).containsAll(Set.of("auroc_before", "auroc_after"))
                && folder.tensors(DATA).containsAll(Set.of("x", "x_test", "z", "mean_projection.direction"));
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject expected = folder.json(CASE);
        double[][] x = folder.matrix(DATA, "x");
        double[] classes = folder.doubles(DATA, "z");
        InvalidInputException.require(
                classes.length == x.length,
                () -> folder.file(DATA) + ": tensor z has " + classes.length + " entries, expected " + x.length
                        + ", the rows of x");
        boolean[] first = new boolean[classes.length];
        for (int i = 0; i < first.length; i++) {
            first[i] = classes[i] == 0;
        }
        ProbeData data = ProbeData.of(x, first);
        double[][] test = folder.matrix(DATA, "x_test");
        ProbeData heldOut = ProbeData.of(test, new boolean[test.length]);
        Differences differences = new Differences();
        for (Map.Entry<String, JsonNode> field : expected.node().properties()) {
            if (field.getValue().has("options")) {
                compareLeace(folder, expected, field.getKey(), data, heldOut, differences);
            }
        }
        differences.absolute(
                "oracle.erased",
                Leace.oracle(data, oneHot(classes)).values(),
                folder.doubles(DATA, "oracle.erased"),
                TOLERANCE);
        compareMeanProjection(folder, data, classes, differences);
        compareAuroc(expected, data, differences);
        return differences.toList();
    }

    private static void compareLeace(
            CaseFolder folder,
            JsonObject expected,
            String name,
            ProbeData data,
            ProbeData heldOut,
            Differences differences)
            throws IOException {
        AffineEraser eraser = Leace.fit(data, concept(folder, name), options(expected.object(name)));
        differences.absolute(name + ".P", eraser.projection(), folder.doubles(DATA, name + ".P"), TOLERANCE);
        differences.absolute(
                name + ".erased", eraser.erase(data).values(), folder.doubles(DATA, name + ".erased"), TOLERANCE);
        differences.absolute(
                name + ".erased_test",
                eraser.erase(heldOut).values(),
                folder.doubles(DATA, name + ".erased_test"),
                TOLERANCE);
        differences.absolute(
                name + ".rank_of_I_minus_P",
                Math.round(trace(eraser.projection())),
                expected.object(name).integer("rank_of_I_minus_P"),
                0);
    }

    /** Returns the trace of I − P, which is the rank of this projection. */
    private static double trace(double[][] projection) {
        double trace = 0;
        for (int i = 0; i < projection.length; i++) {
            trace += 1 - projection[i][i];
        }
        return trace;
    }

    private static LeaceOptions options(JsonObject run) {
        JsonObject given = run.object("options");
        LeaceOptions options = LeaceOptions.DEFAULT.withAffine(run.bool("affine"));
        List<String> names = new ArrayList<>();
        given.node().fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            options = switch (name) {
                case "affine" -> options.withAffine(given.bool(name));
                case "shrinkage" -> options.withShrinkage(given.bool(name));
                case "svd_tol" -> options.withSingularValueTolerance(given.number(name));
                case "method" -> options.withWhitening(whitened(given));
                default ->
                    throw given.unexpected(name, "only affine, shrinkage, svd_tol and method as options of LEACE");
            };
        }
        return options;
    }

    private static boolean whitened(JsonObject given) {
        String method = given.text("method");
        if (!Set.of("leace", "orth").contains(method)) {
            throw given.unexpected("method", "leace or orth");
        }
        return method.equals("leace");
    }

    /** Returns the concept that the name of a run begins with. */
    private static double[][] concept(CaseFolder folder, String name) throws IOException {
        if (name.startsWith("continuous")) {
            return folder.matrix(DATA, "z_continuous");
        }
        double[] classes = folder.doubles(DATA, "z");
        if (name.startsWith("one_hot")) {
            return oneHot(classes);
        }
        InvalidInputException.require(
                name.startsWith("binary"),
                () -> folder.file(CASE) + ": run \"" + name
                        + "\" has an unknown concept, expected a name that starts with one_hot, binary or continuous");
        double[][] concept = new double[classes.length][1];
        for (int i = 0; i < classes.length; i++) {
            concept[i][0] = classes[i] == 0 ? 1 : 0;
        }
        return concept;
    }

    private static double[][] oneHot(double[] classes) {
        int count = 1;
        for (double value : classes) {
            InvalidInputException.require(
                    value >= 0 && value < classes.length && value == Math.rint(value),
                    "a class is " + value + ", expected whole numbers from 0");
            count = Math.max(count, (int) value + 1);
        }
        double[][] concept = new double[classes.length][count];
        for (int i = 0; i < classes.length; i++) {
            concept[i][(int) classes[i]] = 1;
        }
        return concept;
    }

    /** Compares the projection along the difference of the means of classes 1 and 0, fitted to their rows and applied to all. */
    private static void compareMeanProjection(
            CaseFolder folder, ProbeData data, double[] classes, Differences differences) throws IOException {
        List<double[]> rows = new ArrayList<>();
        List<Boolean> second = new ArrayList<>();
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] < 2) {
                rows.add(data.row(i));
                second.add(classes[i] == 1);
            }
        }
        boolean[] labels = new boolean[second.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = second.get(i);
        }
        ProbeData two = ProbeData.of(rows.toArray(double[][]::new), labels);
        differences.absolute(
                "mean_projection.direction",
                unit(two.meanDifference()),
                folder.doubles(DATA, "mean_projection.direction"),
                TOLERANCE);
        differences.absolute(
                "mean_projection.erased",
                AffineEraser.meanProjection(two).erase(data).values(),
                folder.doubles(DATA, "mean_projection.erased"),
                TOLERANCE);
    }

    /** Returns a vector of length 1. */
    static double[] unit(double[] vector) {
        double square = 0;
        for (double value : vector) {
            square += value * value;
        }
        double[] unit = new double[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = vector[i] / Math.sqrt(square);
        }
        return unit;
    }

    /** Compares the AUROC of a logistic regression on its own training rows. */
    private static void compareAuroc(JsonObject expected, ProbeData data, Differences differences) {
        LogisticRegression regression = LogisticRegression.withC(1);
        differences.absolute(
                "auroc_before.logistic_raw_decision",
                regression.fit(data).probe().evaluate(data).auroc(),
                expected.object("auroc_before").number("logistic_raw_decision"),
                AUROC_TOLERANCE);
        ProbeData erased = Leace.fit(data).erase(data);
        differences.absolute(
                "auroc_after.logistic_raw_decision",
                regression.fit(erased).probe().evaluate(erased).auroc(),
                expected.object("auroc_after").number("logistic_raw_decision"),
                AUROC_OF_NOISE);
    }
}
