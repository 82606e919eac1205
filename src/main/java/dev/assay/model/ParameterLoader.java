package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.CheckpointFolder;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Brings the parameters of a checkpoint into the model's names, shapes and order. */
final class ParameterLoader {
    private final CheckpointFolder folder;
    private final Family family;
    private final TransformerConfig config;

    ParameterLoader(CheckpointFolder folder, Family family, TransformerConfig config) {
        this.folder = folder;
        this.family = family;
        this.config = config;
    }

    /** Returns every parameter as float32 in memory that the manager owns. Tensors that are no parameter are passed over. */
    Parameters load(NDManager manager) {
        Map<String, Shape> shapes = Parameters.shapes(config);
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (StoredWeight weight : family.weights(config)) {
            String name = family.nameIn(folder.tensorNames(), weight.name());
            requireShape(name, weight);
            // Memory of its own is contiguous, and can take part in a graph of gradients however the file was read.
            NDArray parameter = arrays.computeIfAbsent(
                    weight.parameter(), of -> Scope.outside(() -> manager.create(shapes.get(of), DataType.FLOAT32)));
            read(name, weight, parameter);
        }
        return new Parameters(arrays);
    }

    private void read(String name, StoredWeight weight, NDArray parameter) {
        try (Scope scope = Scope.open()) {
            NDArray stored = folder.load(parameter.getManager(), name);
            Aten.copy_(weight.rowsOf(parameter), weight.layout().fromFile(stored, config));
        }
    }

    private void requireShape(String name, StoredWeight weight) {
        Shape expected = weight.layout().stored(weight.shape());
        if (!folder.has(name)) {
            throw new InvalidInputException(where(weight) + folder.path() + " has no tensor " + name
                    + ", expected one of shape " + brackets(expected));
        }
        Shape found = folder.info(name).shape();
        if (!found.equals(expected)) {
            throw new InvalidInputException(where(weight) + name + " has shape " + brackets(found) + ", expected "
                    + brackets(expected) + " (from " + config.family() + " config.json: " + config.sizes() + ")");
        }
    }

    private static String where(StoredWeight weight) {
        String[] parts = weight.parameter().split("\\.");
        return parts[0].equals("blocks") ? "layer " + parts[1] + ": " : "";
    }

    private static String brackets(Shape shape) {
        return Arrays.toString(shape.getShape());
    }
}
