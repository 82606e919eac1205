package dev.assay.verify.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.explain.measure.Correlation;
import dev.assay.io.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The parts that the cases of explanation scores have in common. */
final class ExplainCase {
    static final String INPUTS = "inputs.json";
    static final String EXPECTED = "expected.json";

    /** Differences of recorded numbers below this size are compared as absolute ones. */
    private static final double SMALLEST = 1e-6;

    private ExplainCase() {}

    /** Reads a list of lists of numbers, which may have different lengths. */
    static List<double[]> rows(JsonObject object, String field) {
        List<double[]> rows = new ArrayList<>();
        for (JsonNode row : list(object, field, "a list of lists of numbers")) {
            double[] numbers = new double[row.size()];
            if (!row.isArray()) {
                throw object.unexpected(field, "a list of lists of numbers");
            }
            for (int i = 0; i < numbers.length; i++) {
                if (!row.get(i).isNumber()) {
                    throw object.unexpected(field, "a list of lists of numbers");
                }
                numbers[i] = row.get(i).doubleValue();
            }
            rows.add(numbers);
        }
        return rows;
    }

    /** Reads a list of lists of integers, such as token ids. */
    static List<int[]> integerRows(JsonObject object, String field) {
        List<int[]> rows = new ArrayList<>();
        for (JsonNode row : list(object, field, "a list of lists of integers")) {
            rows.add(integers(object, field, row));
        }
        return rows;
    }

    /** Reads a list of integers. */
    static int[] integers(JsonObject object, String field) {
        return integers(object, field, list(object, field, "a list of integers"));
    }

    private static int[] integers(JsonObject object, String field, JsonNode row) {
        int[] numbers = new int[row.size()];
        if (!row.isArray()) {
            throw object.unexpected(field, "integers in lists");
        }
        for (int i = 0; i < numbers.length; i++) {
            if (!row.get(i).canConvertToExactIntegral() || !row.get(i).canConvertToInt()) {
                throw object.unexpected(field, "integers in lists");
            }
            numbers[i] = row.get(i).intValue();
        }
        return numbers;
    }

    /** Reads a list of lists of strings. */
    static List<List<String>> textRows(JsonObject object, String field) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode row : list(object, field, "a list of lists of strings")) {
            List<String> texts = new ArrayList<>();
            if (!row.isArray()) {
                throw object.unexpected(field, "a list of lists of strings");
            }
            for (JsonNode text : row) {
                if (!text.isTextual()) {
                    throw object.unexpected(field, "a list of lists of strings");
                }
                texts.add(text.textValue());
            }
            rows.add(texts);
        }
        return rows;
    }

    /** Reads a list of 0 and 1, or of false and true. */
    static boolean[] labels(JsonObject object, String field) {
        JsonNode list = list(object, field, "a list of 0 and 1");
        boolean[] labels = new boolean[list.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = truth(list.get(i), object, field);
        }
        return labels;
    }

    /** Reads 0, 1, false or true. */
    static boolean truth(JsonNode node, JsonObject object, String field) {
        boolean zeroOrOne = node.isNumber() && (node.doubleValue() == 0 || node.doubleValue() == 1);
        if (!node.isBoolean() && !zeroOrOne) {
            throw object.unexpected(field, "0 or 1");
        }
        return node.isBoolean() ? node.booleanValue() : node.doubleValue() == 1;
    }

    /** Reads an object with a number per token. */
    static Map<String, Double> logProbabilities(JsonObject object, String field) {
        JsonObject tokens = object.object(field);
        Map<String, Double> byToken = new LinkedHashMap<>();
        for (String token : SaeBenchCase.names(tokens)) {
            byToken.put(token, tokens.number(token));
        }
        return byToken;
    }

    /** Returns a required list. */
    static JsonNode list(JsonObject object, String field, String expected) {
        JsonNode list = object.node().path(field);
        if (!list.isArray()) {
            throw object.unexpected(field, expected);
        }
        return list;
    }

    /** Requires equal numbers of entries in two fields. */
    static void requireEqual(JsonObject object, String first, int firstSize, String second, int secondSize) {
        InvalidInputException.require(
                firstSize == secondSize,
                () -> object.file() + ": " + first + " has " + firstSize + " entries and " + second + " has "
                        + secondSize + ", expected equal numbers");
    }

    /** Compares a number with a recorded one. */
    static void compare(
            Differences differences, String name, double found, JsonObject object, String field, double tolerance) {
        compare(differences, name, OptionalDouble.of(found), object, field, tolerance);
    }

    /** Compares a correlation with a recorded one, which is undefined if it is {@code "nan"}. */
    static void compare(
            Differences differences,
            String name,
            Correlation found,
            JsonObject object,
            String field,
            double tolerance) {
        compare(differences, name, defined(found), object, field, tolerance);
    }

    /** Compares a number with a recorded one, which is undefined if it is null, {@code "nan"} or infinite. */
    static void compare(
            Differences differences,
            String name,
            OptionalDouble found,
            JsonObject object,
            String field,
            double tolerance) {
        JsonNode node = object.node().get(field);
        if (node == null) {
            throw object.unexpected(field, "a number");
        }
        double recorded = node.isNull() ? Double.NaN : SaeBenchCase.number(node, object, field);
        relative(differences, name, found, recorded, tolerance);
    }

    /** Compares a number with a recorded one, which is undefined if it is not finite. */
    static void relative(
            Differences differences, String name, OptionalDouble found, double recorded, double tolerance) {
        double expected = Double.isFinite(recorded) ? recorded : Double.NaN;
        differences.relative(name, found.orElse(Double.NaN), expected, SMALLEST, tolerance);
    }

    /** Compares all entries of two sequences of numbers. */
    static void relative(Differences differences, String name, double[] found, double[] recorded, double tolerance) {
        if (found.length != recorded.length) {
            throw new InvalidInputException(
                    name + " has " + recorded.length + " entries in the case, expected " + found.length);
        }
        differences.add(name, 0, tolerance);
        for (int i = 0; i < found.length; i++) {
            relative(differences, name, OptionalDouble.of(found[i]), recorded[i], tolerance);
        }
    }

    static OptionalDouble defined(Correlation correlation) {
        return correlation.constant() ? OptionalDouble.empty() : OptionalDouble.of(correlation.value());
    }

    static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
