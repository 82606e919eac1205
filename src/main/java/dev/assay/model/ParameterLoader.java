package dev.assay.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.CheckpointFolder;
import dev.assay.model.config.Precision;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.internal.family.StoredWeight;
import dev.assay.model.internal.network.LoadedPart;
import dev.assay.model.internal.network.Parameters;
import dev.assay.model.spi.ModelFamily;
import dev.assay.tensor.Aten;
import dev.assay.tensor.HalfMatrix;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Loads the parameters of a checkpoint under the names, shapes and order of the model. */
final class ParameterLoader {
    private final CheckpointFolder folder;
    private final ModelFamily family;
    private final TransformerConfig config;
    private final LoadedPart part;
    private final Precision precision;

    ParameterLoader(
            CheckpointFolder folder,
            ModelFamily family,
            TransformerConfig config,
            LoadedPart part,
            Precision precision) {
        this.folder = folder;
        this.family = family;
        this.config = config;
        this.part = part;
        this.precision = precision;
    }

    /** Returns the parameters of the loaded part, owned by the manager. Other tensors of the checkpoint are ignored. */
    Parameters load(NDManager manager) {
        Map<String, Shape> shapes = Parameters.shapes(config);
        Map<String, List<StoredWeight>> weights = TiedWeights.stored(config, family, folder).stream()
                .filter(weight -> part.holds(weight.parameter()))
                .collect(Collectors.groupingBy(StoredWeight::parameter, LinkedHashMap::new, Collectors.toList()));
        // Checked before any memory is allocated, since a damaged config.json may have sizes of any magnitude.
        weights.values().forEach(rows -> rows.forEach(weight -> requireShape(nameOf(weight), weight)));
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        Map<String, HalfMatrix> halves = new LinkedHashMap<>();
        weights.forEach((name, rows) -> {
            Shape shape = shapes.get(name);
            if (precision.half() == null || !Parameters.isRounded(name, shape)) {
                arrays.put(name, Scope.detached(() -> read(rows, shape, manager)));
            } else {
                try (NDArray whole = Scope.detached(() -> read(rows, shape, manager))) {
                    halves.put(name, HalfMatrix.of(whole, precision.half()));
                }
            }
        });
        return new Parameters(precision, arrays, halves);
    }

    /** Returns a parameter as float32, read from the tensors that store its rows. */
    private NDArray read(List<StoredWeight> rows, Shape shape, NDManager manager) {
        // A new array is contiguous and supports gradients, however the file was read.
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
