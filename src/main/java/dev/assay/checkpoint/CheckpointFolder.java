package dev.assay.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A Hugging Face checkpoint: a folder with {@code config.json} and either {@code model.safetensors} or the shards listed in
 * {@code model.safetensors.index.json}.
 */
public final class CheckpointFolder implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final Path path;
    private final JsonObject config;
    private final Map<Path, Safetensors> files = new LinkedHashMap<>();
    /** The file of each tensor. */
    private final Map<String, Safetensors> tensors = new TreeMap<>();

    private CheckpointFolder(Path path, JsonObject config) {
        this.path = path;
        this.config = config;
    }

    /**
     * Opens a folder and validates the header of every weights file.
     *
     * @param path the folder
     * @return the open checkpoint
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if a file is malformed, or the index names a missing tensor or shard
     */
    public static CheckpointFolder open(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        if (!Files.isDirectory(path)) {
            throw new InvalidInputException(path + " is a file, expected a folder with " + CONFIG + " and " + SINGLE);
        }
        CheckpointFolder folder = new CheckpointFolder(path, JsonObject.read(path.resolve(CONFIG)));
        try {
            folder.openWeights();
            return folder;
        } catch (IOException | RuntimeException failure) {
            folder.close();
            throw failure;
        }
    }

    private void openWeights() throws IOException {
        if (Files.exists(path.resolve(SINGLE))) {
            Safetensors file = file(path.resolve(SINGLE));
            file.names().forEach(name -> tensors.put(name, file));
        } else if (Files.exists(path.resolve(INDEX))) {
            openShards(JsonObject.read(path.resolve(INDEX)).object("weight_map"));
        } else {
            throw new InvalidInputException(path + " has neither " + SINGLE + " nor " + INDEX
                    + ", expected one of them (pickled weights such as pytorch_model.bin are not supported)");
        }
    }

    private void openShards(JsonObject weightMap) throws IOException {
        for (Map.Entry<String, JsonNode> entry : weightMap.node().properties()) {
            String tensor = entry.getKey();
            String shard = weightMap.text(tensor);
            Path place = sibling(shard);
            if (place == null) {
                throw weightMap.unexpected(tensor, "the name of a file in the same folder");
            }
            if (!Files.exists(place)) {
                throw new InvalidInputException(weightMap.file() + " lists tensor " + tensor + " in " + shard
                        + ", which is missing from the folder");
            }
            Safetensors file = file(place);
            if (!file.has(tensor)) {
                throw new InvalidInputException(
                        weightMap.file() + " lists tensor " + tensor + " in " + shard + ", which does not contain it");
            }
            tensors.put(tensor, file);
        }
    }

    /** Returns the path of a shard, or null if it is not in the folder of the index: such an index is a mistake or an attack. */
    private Path sibling(String shard) {
        try {
            Path place = path.resolve(shard);
            Path around = place.toAbsolutePath().normalize().getParent();
            return path.toAbsolutePath().normalize().equals(around) ? place : null;
        } catch (InvalidPathException noPath) {
            return null;
        }
    }

    private Safetensors file(Path place) throws IOException {
        Safetensors file = files.get(place);
        if (file == null) {
            file = Safetensors.open(place);
            files.put(place, file);
        }
        return file;
    }

    /**
     * Returns the content of {@code config.json}.
     *
     * @return the configuration
     */
    public JsonObject config() {
        return config;
    }

    /**
     * Returns the folder.
     *
     * @return its path
     */
    public Path path() {
        return path;
    }

    /**
     * Returns the names of the tensors.
     *
     * @return an unmodifiable sorted set
     */
    public Set<String> tensorNames() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    /**
     * Returns whether the checkpoint has a tensor.
     *
     * @param tensor its name
     * @return true if it is
     */
    public boolean has(String tensor) {
        return tensors.containsKey(tensor);
    }

    /**
     * Returns the header entry of a tensor.
     *
     * @param tensor its name
     * @return type, shape and byte range in its file
     * @throws InvalidInputException if the checkpoint has no such tensor
     */
    public TensorInfo info(String tensor) {
        return holder(tensor).info(tensor);
    }

    /**
     * Loads a tensor like {@link Safetensors#load}.
     *
     * @param manager a manager on the target device
     * @param tensor its name
     * @return the array, owned by the open scope or else by the manager
     * @throws InvalidInputException if the checkpoint has no such tensor
     */
    public NDArray load(NDManager manager, String tensor) {
        return holder(tensor).load(manager, tensor);
    }

    private Safetensors holder(String tensor) {
        Safetensors file = tensors.get(tensor);
        if (file == null) {
            String place = files.size() == 1 ? files.keySet().iterator().next().toString() : path.toString();
            throw new InvalidInputException(place + " has no tensor " + tensor);
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        for (Safetensors file : files.values()) {
            file.close();
        }
    }
}
