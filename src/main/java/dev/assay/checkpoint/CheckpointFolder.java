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
    private final Map<String, Stored> tensors = new TreeMap<>();

    /** The place of a tensor: a file, and the name there. Tensors that share their numbers are stored once, under one name. */
    private record Stored(Safetensors file, String name) {}

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
            file.names().forEach(name -> tensors.put(name, new Stored(file, name)));
        } else if (Files.exists(path.resolve(INDEX))) {
            openShards(JsonObject.read(path.resolve(INDEX)).object("weight_map"));
        } else {
            throw new InvalidInputException(path + " has neither " + SINGLE + " nor " + INDEX
                    + ", expected one of them (pickled weights such as pytorch_model.bin are not supported)");
        }
        files.values().forEach(this::addAliases);
    }

    /**
     * Adds the tensors that {@code safetensors.torch.save_model} leaves out because another tensor has the same memory: the header's
     * metadata map their names to the name of the stored tensor. Other metadata name no tensor of the file.
     */
    private void addAliases(Safetensors file) {
        file.metadata().forEach((alias, name) -> {
            if (file.has(name)) {
                tensors.putIfAbsent(alias, new Stored(file, name));
            }
        });
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
            String stored = file.has(tensor) ? tensor : file.metadata().getOrDefault(tensor, tensor);
            if (!file.has(stored)) {
                throw new InvalidInputException(
                        weightMap.file() + " lists tensor " + tensor + " in " + shard + ", which does not contain it");
            }
            tensors.put(tensor, new Stored(file, stored));
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
     * Returns the names of the tensors, with the further names of shared tensors that the header of a file maps to a stored one.
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
        Stored stored = stored(tensor);
        return stored.file().info(stored.name());
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
        Stored stored = stored(tensor);
        return stored.file().load(manager, stored.name());
    }

    private Stored stored(String tensor) {
        Stored stored = tensors.get(tensor);
        if (stored == null) {
            String place = files.size() == 1 ? files.keySet().iterator().next().toString() : path.toString();
            throw new InvalidInputException(place + " has no tensor " + tensor);
        }
        return stored;
    }

    @Override
    public void close() throws IOException {
        for (Safetensors file : files.values()) {
            file.close();
        }
    }
}
