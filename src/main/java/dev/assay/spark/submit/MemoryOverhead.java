package dev.assay.spark.submit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Estimates the native memory of an executor, which is outside the Java heap. */
public final class MemoryOverhead {
    /** Native libraries, their buffers and the activations of a batch. */
    private static final long BASE = 1L << 30;
    /** Weights of a model whose files are not on this machine, in float32. */
    private static final long UNKNOWN_WEIGHTS = 2L << 30;

    /** Start of the names of models that Assay brings, which have a few MB. */
    private static final String INCLUDED = "assay/";

    private static final List<String> WEIGHTS = List.of(".safetensors", ".bin", ".npz", ".pt", ".onnx");
    private static final List<String> HALF = List.of("float16", "bfloat16");

    private MemoryOverhead() {}

    /**
     * Returns the size of {@code spark.executor.memoryOverhead}: 1 GiB plus 1.5 times the weights in memory.
     *
     * @param weightBytes the bytes of the weights that a process holds
     * @return the memory in MiB, rounded up
     */
    public static long mebibytes(long weightBytes) {
        long bytes = BASE + weightBytes + weightBytes / 2;
        return (bytes + (1 << 20) - 1) >> 20;
    }

    /**
     * Returns the bytes of a model or dictionary in memory.
     *
     * @param name a folder or file, or a name on the hub
     * @return the sum of the weight files, doubled for 16-bit files, which are loaded in float32 by default; 2 GiB if the name is not a local
     *     path
     * @throws IOException if a file cannot be read
     */
    public static long weights(String name) throws IOException {
        if (name.startsWith(INCLUDED)) {
            return 0;
        }
        Path path = Path.of(name);
        if (!Files.exists(path)) {
            return UNKNOWN_WEIGHTS;
        }
        if (!Files.isDirectory(path)) {
            return Files.size(path);
        }
        long bytes = 0;
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                String fileName = file.getFileName().toString();
                if (WEIGHTS.stream().anyMatch(fileName::endsWith)) {
                    bytes += Files.size(file);
                }
            }
        }
        return storedInHalf(path.resolve("config.json")) ? 2 * bytes : bytes;
    }

    private static boolean storedInHalf(Path config) throws IOException {
        if (!Files.exists(config)) {
            return false;
        }
        JsonNode fields = Json.read(config);
        return HALF.contains(
                fields.path("torch_dtype").asText(fields.path("dtype").asText("")));
    }
}
