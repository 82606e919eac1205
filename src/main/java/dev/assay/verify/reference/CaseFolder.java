package dev.assay.verify.reference;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A folder that may be a recorded case. Safe for several threads.
 *
 * @param path an existing folder
 */
public record CaseFolder(Path path) {
    /**
     * Returns whether the folder has a file.
     *
     * @param file its name
     * @return true if it is a regular file
     */
    public boolean has(String file) {
        return Files.isRegularFile(path.resolve(file));
    }

    /**
     * Returns the path of a file.
     *
     * @param file its name
     * @return the path, whether the file exists or not
     */
    public Path file(String file) {
        return path.resolve(file);
    }

    /**
     * Returns the field names of a JSON file.
     *
     * @param file its name
     * @return the names, empty if the file does not exist or does not hold an object
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if it is not valid JSON
     */
    public Set<String> fields(String file) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        if (has(file)) {
            JsonNode node = Json.read(file(file));
            if (node instanceof ObjectNode object) {
                object.fieldNames().forEachRemaining(names::add);
            }
        }
        return names;
    }

    /**
     * Returns the names of the tensors of a safetensors file.
     *
     * @param file its name
     * @return the names, empty if the file does not exist
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if it is not a safetensors file
     */
    public Set<String> tensors(String file) throws IOException {
        if (!has(file)) {
            return Set.of();
        }
        try (Safetensors stored = Safetensors.open(file(file))) {
            return new LinkedHashSet<>(stored.names());
        }
    }

    /**
     * Reads a JSON file.
     *
     * @param file its name
     * @return the object
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if it does not hold a JSON object
     */
    public JsonObject json(String file) throws IOException {
        return JsonObject.read(file(file));
    }

    /**
     * Reads a tensor as float64.
     *
     * @param file the name of a safetensors file
     * @param name the tensor
     * @return its entries, row by row
     * @throws IOException if the file cannot be read
     * @throws InvalidInputException if there is no such tensor
     */
    public double[] doubles(String file, String name) throws IOException {
        try (Safetensors stored = Safetensors.open(file(file));
                NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray array = stored.load(manager, name).toType(DataType.FLOAT64, false);
            return array.toDoubleArray();
        }
    }

    /**
     * Reads a matrix as float64.
     *
     * @param file the name of a safetensors file
     * @param name a tensor with two dimensions
     * @return [rows][columns]
     * @throws IOException if the file cannot be read
     * @throws InvalidInputException if there is no such tensor or it has another number of dimensions
     */
    public double[][] matrix(String file, String name) throws IOException {
        Shape shape = shape(file, name);
        if (shape.dimension() != 2) {
            throw new InvalidInputException(
                    file(file) + ": tensor " + name + " has shape " + shape + ", expected two dimensions");
        }
        double[] entries = doubles(file, name);
        int columns = (int) shape.get(1);
        double[][] rows = new double[(int) shape.get(0)][columns];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(entries, i * columns, rows[i], 0, columns);
        }
        return rows;
    }

    /**
     * Returns the shape of a tensor.
     *
     * @param file the name of a safetensors file
     * @param name the tensor
     * @return its shape
     * @throws IOException if the file cannot be read
     * @throws InvalidInputException if there is no such tensor
     */
    public Shape shape(String file, String name) throws IOException {
        try (Safetensors stored = Safetensors.open(file(file))) {
            return stored.info(name).shape();
        }
    }
}
