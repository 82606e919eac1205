package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.CheckpointFolder;
import dev.assay.model.config.Precision;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.internal.family.Family;
import dev.assay.model.internal.family.StoredWeight;
import dev.assay.model.internal.network.LoadedPart;
import dev.assay.model.internal.network.Parameters;
import dev.assay.tensor.Aten;
import dev.assay.tensor.HalfMatrix;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Brings the parameters of a checkpoint into the model's names, shapes and order. */
final class ParameterLoader {
    private final CheckpointFolder folder;
    private final Family family;
    private final TransformerConfig config;
    private final LoadedPart part;
    private final Precision precision;

    ParameterLoader(
            CheckpointFolder folder, Family family, TransformerConfig config, LoadedPart part, Precision precision) {
        this.folder = folder;
        this.family = family;
        this.config = config;
        this.part = part;
        this.precision = precision;
    }

    /** Returns the parameters of the part in memory that the manager owns. Tensors that are no parameter are passed over. */
    Parameters load(NDManager manager) {
        Map<String, Shape> shapes = Parameters.shapes(config);
        Map<String, List<StoredWeight>> weights = family.weights(config).stream()
                .filter(weight -> part.holds(weight.parameter()))
                .collect(Collectors.groupingBy(StoredWeight::parameter, LinkedHashMap::new, Collectors.toList()));
        // Before any memory is taken, since sizes in a damaged config.json may be of any size.
        weights.values().forEach(rows -> rows.forEach(weight -> requireShape(nameOf(weight), weight)));
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        Map<String, HalfMatrix> halves = new LinkedHashMap<>();
        weights.forEach((name, rows) -> {
            Shape shape = shapes.get(name);
            if (precision.half() == null || !Parameters.isMultiplied(name, shape)) {
                arrays.put(name, Scope.detached(() -> read(rows, shape, manager)));
            } else {
                try (NDArray whole = Scope.detached(() -> read(rows, shape, manager))) {
                    halves.put(name, HalfMatrix.of(whole, precision.half()));
                }
            }
        });
        return new Parameters(precision, arrays, halves);
    }

    /** Returns a parameter as float32 from the tensors that hold its rows. */
    private NDArray read(List<StoredWeight> rows, Shape shape, NDManager manager) {
        // Memory of its own is contiguous, and can take part in a graph of gradients however the file was read.
        NDArray parameter = manager.create(shape, DataType.FLOAT32);
        for (StoredWeight weight : rows) {
            try (Scope scope = Scope.open()) {
                NDArray stored = folder.load(manager, nameOf(weight));
                Aten.copy_(weight.rowsOf(parameter), weight.layout().fromFile(stored, config));
            }
        }
        return parameter;
    }

    private String nameOf(StoredWeight weight) {
        return family.nameIn(folder.tensorNames(), weight.name());
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
        int block = Parameters.blockOf(weight.parameter());
        return block < 0 ? "" : "layer " + block + ": ";
    }

    private static String brackets(Shape shape) {
        return Arrays.toString(shape.getShape());
    }
}
