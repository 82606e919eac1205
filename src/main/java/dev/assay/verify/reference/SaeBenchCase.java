package dev.assay.verify.reference;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.evaluate.benchmark.Float64Dictionary;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The parts that the cases of SAEBench have in common. */
final class SaeBenchCase {
    static final String INPUTS = "inputs.safetensors";
    static final String TENSORS = "expected.safetensors";
    static final String EXPECTED = "expected.json";

    private SaeBenchCase() {}

    /** Reads the dictionary {@code f = relu((x − b_dec) W_enc + b_enc)}, {@code x̂ = f W_dec + b_dec}. */
    static Float64Dictionary dictionary(CaseFolder folder) throws IOException {
        return Float64Dictionary.relu(
                folder.matrix(INPUTS, "W_enc"),
                folder.doubles(INPUTS, "b_enc"),
                folder.matrix(INPUTS, "W_dec"),
                folder.doubles(INPUTS, "b_dec"));
    }

    /** Reads a tensor of three dimensions. */
    static double[][][] blocks(CaseFolder folder, String name) throws IOException {
        Shape shape = folder.shape(INPUTS, name);
        if (shape.dimension() != 3) {
            throw new InvalidInputException(
                    folder.file(INPUTS) + ": tensor " + name + " has shape " + shape + ", expected three dimensions");
        }
        double[] flat = folder.doubles(INPUTS, name);
        int middle = (int) shape.get(1);
        int inner = (int) shape.get(2);
        double[][][] blocks = new double[(int) shape.get(0)][middle][inner];
        for (int i = 0; i < blocks.length; i++) {
            for (int j = 0; j < middle; j++) {
                System.arraycopy(flat, (i * middle + j) * inner, blocks[i][j], 0, inner);
            }
        }
        return blocks;
    }

    /** Reads a list of numbers in which {@code "nan"} is NaN. */
    static double[] numbers(JsonObject object, String field) {
        JsonNode node = object.node().path(field);
        if (!node.isArray()) {
            throw object.unexpected(field, "a list of numbers");
        }
        double[] numbers = new double[node.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(node.get(i), object, field);
        }
        return numbers;
    }

    /** Reads a number, {@code "nan"} or {@code "inf"}. */
    static double number(JsonNode node, JsonObject object, String field) {
        if (node.isNumber()) {
            return node.asDouble();
        }
        return switch (node.asText()) {
            case "nan" -> Double.NaN;
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> throw object.unexpected(field, "a number, \"nan\" or \"inf\"");
        };
    }

    static List<String> names(JsonObject object) {
        List<String> names = new ArrayList<>();
        object.node().fieldNames().forEachRemaining(names::add);
        return names;
    }
}
