package dev.assay.feature;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The tables as arrays of a file, for n latents and m examples of at most w tokens:
 *
 * <pre>
 * active_tokens       I64 [n]      on how many tokens a latent is above 0
 * activation_sum      F64 [n]
 * activation_max      F32 [n]
 * histogram           I32 [n, 64]  activations by bin, the first bin beginning at 0
 * histogram_bin_width F32 [n]
 * example_offsets     I64 [n + 1]  the examples of latent i are rows offsets[i] to offsets[i + 1], strongest first
 * example_tokens      I32 [m, w]   token ids, -1 behind the end
 * example_values      F32 [m, w]   the latent's activation at each
 * example_lengths     I32 [m]      how many of the w tokens there are
 * example_peaks       I32 [m]      the peak's index among them
 * example_positions   I64 [m]      the peak's number among all tokens read
 * example_documents   I64 [m]      the number of its document
 * </pre>
 */
final class StoredTables {
    private final Safetensors file;

    StoredTables(Safetensors file) {
        this.file = file;
    }

    /** Returns the arrays to write. */
    static Map<String, NDArray> arrays(NDManager manager, FeatureTables tables) {
        ExampleTable examples = tables.examples();
        Shape windows = new Shape(examples.rows(), examples.width());
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        arrays.put("active_tokens", manager.create(tables.counts()));
        arrays.put("activation_sum", manager.create(tables.sums()));
        arrays.put("activation_max", manager.create(tables.maxima()));
        arrays.put(
                "histogram",
                manager.create(tables.histograms(), new Shape(tables.latents(), ActivationHistograms.BINS)));
        arrays.put("histogram_bin_width", manager.create(tables.binWidths()));
        arrays.put("example_offsets", manager.create(examples.offsets()));
        arrays.put("example_tokens", manager.create(examples.tokens(), windows));
        arrays.put("example_values", manager.create(examples.values(), windows));
        arrays.put("example_lengths", manager.create(examples.lengths()));
        arrays.put("example_peaks", manager.create(examples.peaks()));
        arrays.put("example_positions", manager.create(examples.positions()));
        arrays.put("example_documents", manager.create(examples.documents()));
        return arrays;
    }

    /** Reads the arrays and checks them against each other: a damaged file must not make a page that lies. */
    FeatureTables tables(int latents, long tokens) {
        Shape perLatent = new Shape(latents);
        long[] offsets = load("example_offsets", DataType.INT64, new Shape(latents + 1L), NDArray::toLongArray);
        long rows = offsets[latents];
        long width = file.info("example_tokens").shape().get(1);
        Shape perExample = new Shape(rows);
        Shape windows = new Shape(rows, width);
        ExampleTable examples = new ExampleTable(
                offsets,
                (int) width,
                load("example_tokens", DataType.INT32, windows, NDArray::toIntArray),
                load("example_values", DataType.FLOAT32, windows, NDArray::toFloatArray),
                load("example_lengths", DataType.INT32, perExample, NDArray::toIntArray),
                load("example_peaks", DataType.INT32, perExample, NDArray::toIntArray),
                load("example_positions", DataType.INT64, perExample, NDArray::toLongArray),
                load("example_documents", DataType.INT64, perExample, NDArray::toLongArray));
        check(examples);
        return new FeatureTables(
                tokens,
                load("active_tokens", DataType.INT64, perLatent, NDArray::toLongArray),
                load("activation_sum", DataType.FLOAT64, perLatent, NDArray::toDoubleArray),
                load("activation_max", DataType.FLOAT32, perLatent, NDArray::toFloatArray),
                load("histogram_bin_width", DataType.FLOAT32, perLatent, NDArray::toFloatArray),
                load("histogram", DataType.INT32, new Shape(latents, ActivationHistograms.BINS), NDArray::toIntArray),
                examples);
    }

    private <T> T load(String name, DataType type, Shape shape, Function<NDArray, T> toArray) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                Scope scope = Scope.open()) {
            if (!file.info(name).shape().equals(shape)) {
                throw new InvalidInputException(file.file() + ": " + name + " has shape "
                        + file.info(name).shape() + ", expected " + shape);
            }
            NDArray array = file.load(manager, name);
            if (array.getDataType() != type) {
                throw new InvalidInputException(
                        file.file() + ": " + name + " has type " + array.getDataType() + ", expected " + type);
            }
            return toArray.apply(array);
        }
    }

    private void check(ExampleTable examples) {
        long[] offsets = examples.offsets();
        boolean sound = offsets[0] == 0;
        for (int i = 1; i < offsets.length; i++) {
            sound &= offsets[i] >= offsets[i - 1];
        }
        for (int row = 0; row < examples.rows(); row++) {
            int length = examples.lengths()[row];
            int peak = examples.peaks()[row];
            sound &= length >= 1 && length <= examples.width() && peak >= 0 && peak < length;
        }
        if (!sound) {
            throw new InvalidInputException(
                    file.file() + ": the examples contradict each other, the file is damaged; collect again");
        }
    }
}
