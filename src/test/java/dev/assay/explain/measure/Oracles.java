package dev.assay.explain.measure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;

/** The values that {@code oracles.py} computed by definition with numpy. */
final class Oracles {
    private final JsonNode values;

    private Oracles(JsonNode values) {
        this.values = values;
    }

    static Oracles read() throws IOException {
        try (InputStream file = Oracles.class.getResourceAsStream("oracles.json")) {
            return new Oracles(new ObjectMapper().readTree(file));
        }
    }

    double number(String pointer) {
        return values.at("/" + pointer).asDouble(Double.NaN);
    }

    double[] numbers(String pointer) {
        JsonNode list = values.at("/" + pointer);
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = list.get(i).doubleValue();
        }
        return numbers;
    }

    boolean[] labels() {
        return above(numbers("truth"), number("label_threshold"));
    }

    static boolean[] above(double[] values, double threshold) {
        boolean[] above = new boolean[values.length];
        for (int i = 0; i < above.length; i++) {
            above[i] = values[i] > threshold;
        }
        return above;
    }
}
