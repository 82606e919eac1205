package dev.assay.sae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.AtomicFiles;
import dev.assay.io.IoConsumer;
import dev.assay.io.Json;
import dev.assay.io.TemporaryNames;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads and writes dictionaries in the SAELens folder format: {@code cfg.json}, {@code sae_weights.safetensors} and, if the densities are
 * known, {@code sparsity.safetensors}.
 */
public final class SaelensFolder {
    private static final String CONFIG = "cfg.json";
    static final String WEIGHTS = "sae_weights.safetensors";
    private static final String SPARSITY = "sparsity.safetensors";
    /** Names of the files that training, evaluation and inspection write next to a dictionary. */
    public static final Set<String> COMPANIONS = Set.of(
            "run.json",
            "metrics.jsonl",
            "report.html",
            "tensorboard",
            "checkpoints",
            "best",
            "evaluation.json",
            "features",
            "features.html",
            "explanations");

    private static final Set<String> FILES = Set.of(CONFIG, WEIGHTS, SPARSITY);
    private static final String SPARSITY_TENSOR = "sparsity";
    private static final String SCALE = "norm_scaling_factor";
    /** Added to densities so that the logarithm of 0 is finite. */
    private static final double SPARSITY_OFFSET = 1e-10;

    private SaelensFolder() {}

    static SparseAutoencoder read(Path folder, Device device) throws IOException {
        try (NDManager manager = TorchEngine.newManager(device);
                Scope scope = Scope.open();
                Safetensors file = Safetensors.open(folder.resolve(WEIGHTS))) {
            SaelensConfig config = SaelensConfig.read(folder.resolve(CONFIG), file);
            SparseAutoencoderBuilder builder = SparseAutoencoder.builder()
                    .architecture(config.architecture())
                    .input(config.input())
                    .metadata(config.metadata())
                    .weights(SaelensTensors.read(config, file, manager));
            if (Files.exists(folder.resolve(SPARSITY))) {
                builder.density(density(config, folder.resolve(SPARSITY), manager));
            }
            return folded(builder.build());
        }
    }

    /**
     * Folds the activation scale of training if the metadata name it, as SAELens does with the {@code norm_scaling_factor} of its list of
     * pretrained dictionaries.
     */
    private static SparseAutoencoder folded(SparseAutoencoder sae) {
        Optional<JsonNode> scale = sae.metadata().get(SCALE).filter(value -> !value.isNull());
        if (scale.isEmpty() || sae.input().normalization() != ActivationNormalization.EXPECTED_AVERAGE_ONLY_IN) {
            return sae;
        }
        try (SparseAutoencoder unfolded = sae) {
            if (!scale.get().isNumber()) {
                throw new InvalidInputException("the dictionary's cfg.json has metadata." + SCALE + " " + scale.get()
                        + ", expected a number above 0");
            }
            return unfolded.foldActivationNorm(scale.get().doubleValue());
        }
    }

    private static NDArray density(SaelensConfig config, Path path, NDManager manager) throws IOException {
        try (Safetensors file = Safetensors.open(path)) {
            for (String name : file.names()) {
                if (!name.equals(SPARSITY_TENSOR)) {
                    throw new InvalidInputException(
                            path + " contains a tensor " + name + ", expected only " + SPARSITY_TENSOR);
                }
            }
            NDArray logarithms = SaelensTensors.floats(
                    file, SPARSITY_TENSOR, new Shape(config.dSae()), "d_sae in " + CONFIG, manager);
            NDArray wide =
                    logarithms.toType(DataType.FLOAT64, false).mul(Math.log(10)).exp();
            return wide.sub(SPARSITY_OFFSET).maximum(0.0).toType(DataType.FLOAT32, false);
        }
    }

    /**
     * Writes a dictionary. All files are completely written to disk under temporary names before the first is renamed.
     *
     * @param sae the dictionary
     * @param folder the folder, which must pass {@link #check}
     * @param companions names of other files allowed in the folder
     * @throws IOException if a file cannot be written
     */
    public static void write(SparseAutoencoder sae, Path folder, Set<String> companions) throws IOException {
        check(folder, companions);
        boolean fresh = !Files.exists(folder);
        try (Scope scope = Scope.open()) {
            // The configuration is written last: a folder without it is not loaded as a dictionary.
            Map<Path, IoConsumer<OutputStream>> files = new LinkedHashMap<>();
            Map<String, NDArray> tensors = SaelensTensors.of(sae.architecture(), sae.weights());
            files.put(folder.resolve(WEIGHTS), Safetensors.writer(tensors, Map.of())::writeTo);
            sae.density().ifPresent(density -> files.put(folder.resolve(SPARSITY), sparsity(density)));
            byte[] json = Json.pretty(SaelensConfig.of(sae).toJson()).getBytes(StandardCharsets.UTF_8);
            files.put(folder.resolve(CONFIG), out -> out.write(json));
            AtomicFiles.writeAll(files);
            if (sae.density().isEmpty()) {
                Files.deleteIfExists(folder.resolve(SPARSITY));
            }
        } catch (IOException | RuntimeException failure) {
            if (fresh && Files.isDirectory(folder)) {
                Files.delete(folder);
            }
            throw failure;
        }
    }

    private static IoConsumer<OutputStream> sparsity(NDArray density) {
        NDArray logarithms =
                density.toType(DataType.FLOAT64, true).addi(SPARSITY_OFFSET).log10();
        Map<String, NDArray> tensors = Map.of(SPARSITY_TENSOR, logarithms.toType(DataType.FLOAT32, false));
        return Safetensors.writer(tensors, Map.of())::writeTo;
    }

    /**
     * Checks that a dictionary can be written to a folder without mixing it with unrelated files. The folder may be absent, empty, or
     * contain a dictionary together with any other files.
     *
     * @param folder the folder
     * @param companions names of other files allowed in it
     * @throws IOException if the folder cannot be listed
     * @throws InvalidInputException if the folder contains unrelated files; the message names one
     */
    public static void check(Path folder, Set<String> companions) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + " is a file, expected a folder for the dictionary");
        }
        if (Files.exists(folder.resolve(CONFIG)) && Files.exists(folder.resolve(WEIGHTS))) {
            return;
        }
        for (Path entry : entries(folder)) {
            String name = entry.getFileName().toString();
            if (!FILES.contains(name) && !companions.contains(name) && !TemporaryNames.isIgnored(entry)) {
                throw new InvalidInputException(
                        folder + " contains " + name + ", expected a new or empty folder, or a dictionary folder");
            }
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }
}
