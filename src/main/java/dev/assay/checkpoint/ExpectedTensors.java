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
 * A file with inputs and expected outputs of a reference implementation. Every tensor must be used, as an input or in a comparison;
 * unused ones are reported as unknown.
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
     * @param manager a manager on the device of the comparison
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
     * Returns whether the file has a tensor.
     *
     * @param name its name
     * @return true if there is
     */
    public boolean has(String name) {
        return file.has(name);
    }

    /**
     * Loads a tensor and marks it as used.
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
     * Records a further condition. Two conditions of one name must both hold.
     *
     * @param condition its name, usable as a JSON field
     * @param holds whether it holds
     */
    public void require(String condition, boolean holds) {
        conditions.merge(condition, holds, Boolean::logicalAnd);
    }

    /**
     * Returns the result of all comparisons.
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
