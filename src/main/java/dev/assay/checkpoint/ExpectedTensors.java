package dev.assay.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A file of inputs and of the outputs that a reference implementation computed from them. Every tensor in it has to be asked
 * for, as an input or for comparison; what nobody asked for is reported as unknown.
 */
public final class ExpectedTensors implements AutoCloseable {
    private final Safetensors file;
    private final NDManager manager;
    private final Set<String> asked = new HashSet<>();
    private final Map<String, Double> differences = new LinkedHashMap<>();
    private final Map<String, Boolean> conditions = new LinkedHashMap<>();

    private ExpectedTensors(Safetensors file, NDManager manager) {
        this.file = file;
        this.manager = manager;
    }

    /**
     * Opens a file.
     *
     * @param file a safetensors file
     * @param manager gives the device on which to compare
     * @return the open file
     * @throws IOException if it cannot be read
     */
    public static ExpectedTensors open(Path file, NDManager manager) throws IOException {
        return new ExpectedTensors(Safetensors.open(file), manager);
    }

    /**
     * Returns the names of all tensors.
     *
     * @return an unmodifiable set
     */
    public Set<String> names() {
        return file.names();
    }

    /**
     * Tells whether there is a tensor.
     *
     * @param name its name
     * @return true if there is
     */
    public boolean has(String name) {
        return file.has(name);
    }

    /**
     * Loads a tensor and counts it as asked for.
     *
     * @param name its name
     * @return the array, owned by the open scope or else by the manager
     * @throws InvalidInputException if there is no such tensor
     */
    public NDArray load(String name) {
        asked.add(name);
        return file.load(manager, name);
    }

    /**
     * Compares a computed array with the expected one.
     *
     * @param name the tensor's name
     * @param computed the array
     * @throws InvalidInputException if there is no such tensor or it has another shape
     */
    public void compare(String name, NDArray computed) {
        try (Scope scope = Scope.open()) {
            NDArray expected = load(name);
            if (!expected.getShape().equals(computed.getShape())) {
                throw new InvalidInputException(file.file() + ": tensor " + name + " has shape " + expected.getShape()
                        + ", but " + computed.getShape() + " was computed");
            }
            NDArray distance = wide(expected).sub(wide(computed)).abs();
            differences.put(name, distance.isEmpty() ? 0 : distance.max().getDouble());
        }
    }

    /**
     * Records something else that has to hold. Asked twice under one name, both have to.
     *
     * @param condition its name, fit for a JSON field
     * @param holds whether it does
     */
    public void require(String condition, boolean holds) {
        conditions.merge(condition, holds, Boolean::logicalAnd);
    }

    /**
     * Returns what was found.
     *
     * @param tolerance the largest absolute difference that passes
     * @return the report
     */
    public ComparisonReport report(double tolerance) {
        List<String> unknown = new ArrayList<>(file.names());
        unknown.removeAll(asked);
        return new ComparisonReport(
                tolerance, new LinkedHashMap<>(differences), new LinkedHashMap<>(conditions), unknown);
    }

    private static NDArray wide(NDArray array) {
        return array.toType(DataType.FLOAT64, false);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
