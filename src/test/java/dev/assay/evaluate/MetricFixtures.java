package dev.assay.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;

/** Float32 inputs and float64 reference values, computed in Python. */
public final class MetricFixtures implements AutoCloseable {
    private static final Path FOLDER = Path.of("src/test/resources/dev/assay/evaluate");

    private final NDManager manager = TorchEngine.newManager(Device.cpu());
    private final Safetensors inputs;
    private final Safetensors arrays;
    private final JsonNode expected;

    public MetricFixtures() throws IOException {
        inputs = Safetensors.open(FOLDER.resolve("inputs.safetensors"));
        arrays = Safetensors.open(FOLDER.resolve("expected.safetensors"));
        expected = Json.read(FOLDER.resolve("expected.json"));
    }

    NDManager manager() {
        return manager;
    }

    public NDArray input(String name) {
        return inputs.load(manager, name);
    }

    public double[] expectedArray(String name) {
        return arrays.load(manager, name).toDoubleArray();
    }

    /** Returns a reference value by its JSON pointer, such as {@code /mmcs/a_to_b}. */
    public JsonNode expected(String path) {
        return expected.at(path);
    }

    public void assertAgrees(String path, double actual) {
        assertAgrees(path, actual, 1e-9);
    }

    public void assertAgrees(String path, double actual, double tolerance) {
        double value = expected(path).doubleValue();
        assertEquals(value, actual, tolerance * Math.abs(value), path);
    }

    @Override
    public void close() throws IOException {
        inputs.close();
        arrays.close();
        manager.close();
    }
}
