package dev.assay.feature;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.AtomicFiles;
import dev.assay.checkpoint.IoConsumer;
import dev.assay.checkpoint.Json;
import dev.assay.checkpoint.JsonObject;
import dev.assay.checkpoint.Safetensors;
import dev.assay.checkpoint.SafetensorsWriter;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The files of a store, version 1.
 *
 * <p>{@code features.json} says where the contents come from: the fields of {@link Provenance}, and {@code collection}, a name
 * that the other file carries too, so that files of two passes are not taken for one. {@code features.safetensors} holds the
 * arrays of {@link StoredTables}.
 */
final class StoreFiles {
    private static final String MANIFEST = "features.json";
    private static final String DATA = "features.safetensors";
    private static final String FORMAT = "assay-features";
    private static final int VERSION = 1;
    private static final String COLLECTION = "collection";

    private StoreFiles() {}

    static boolean isStore(Path folder) {
        return Files.isRegularFile(folder.resolve(MANIFEST));
    }

    /** Refuses a folder that holds anything but a store. */
    static void requireUsable(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + " is a file, expected a folder for the store");
        }
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            entries.filter(entry -> !List.of(MANIFEST, DATA)
                            .contains(entry.getFileName().toString()))
                    .filter(entry -> !AtomicFiles.isTemporary(entry))
                    .findFirst()
                    .ifPresent(entry -> {
                        throw new InvalidInputException(folder + " holds " + entry.getFileName()
                                + ", expected an empty folder or a feature store");
                    });
        }
    }

    static void write(Path folder, FeatureStore store) throws IOException {
        String collection = UUID.randomUUID().toString();
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                Scope scope = Scope.open()) {
            SafetensorsWriter data =
                    Safetensors.writer(StoredTables.arrays(manager, store.tables()), Map.of(COLLECTION, collection));
            Map<Path, IoConsumer<OutputStream>> files = new LinkedHashMap<>();
            files.put(folder.resolve(DATA), data::writeTo);
            byte[] manifest =
                    Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest(store, collection));
            files.put(folder.resolve(MANIFEST), out -> out.write(manifest));
            AtomicFiles.writeAll(files);
        }
    }

    static FeatureStore read(Path folder) throws IOException {
        if (!isStore(folder)) {
            throw new InvalidInputException(folder + " holds no feature store (" + MANIFEST + " is missing)");
        }
        if (!Files.isRegularFile(folder.resolve(DATA))) {
            throw new InvalidInputException(folder.resolve(DATA) + " is missing beside " + MANIFEST);
        }
        JsonObject manifest = JsonObject.read(folder.resolve(MANIFEST));
        if (!manifest.text("format").equals(FORMAT)) {
            throw manifest.unexpected("format", FORMAT);
        }
        if (manifest.integer("format_version") != VERSION) {
            throw manifest.unexpected("format_version", Integer.toString(VERSION));
        }
        try (Safetensors file = Safetensors.open(folder.resolve(DATA))) {
            if (!manifest.text(COLLECTION).equals(file.metadata().get(COLLECTION))) {
                throw new InvalidInputException(
                        folder + ": " + MANIFEST + " and " + DATA + " are of two different passes, collect again");
            }
            Provenance provenance = provenance(manifest);
            return new FeatureStore(
                    provenance, new StoredTables(file).tables(manifest.integer("latents"), provenance.tokens()));
        }
    }

    private static ObjectNode manifest(FeatureStore store, String collection) {
        Provenance provenance = store.provenance();
        return Json.mapper()
                .createObjectNode()
                .put("format", FORMAT)
                .put("format_version", VERSION)
                .put(COLLECTION, collection)
                .put("latents", store.latents())
                .put("model", provenance.model())
                .put("model_hash", provenance.modelHash())
                .put("dictionary", provenance.dictionary())
                .put("dictionary_hash", provenance.dictionaryHash())
                .put("hook", provenance.hook())
                .put("corpus", provenance.corpus())
                .put("split", provenance.split())
                .put("context_length", provenance.contextLength())
                .put("contexts", provenance.contexts())
                .put("tokens", provenance.tokens())
                .put("assay_version", provenance.version());
    }

    private static Provenance provenance(JsonObject manifest) {
        return new Provenance(
                manifest.text("model"),
                manifest.text("model_hash"),
                manifest.text("dictionary"),
                manifest.text("dictionary_hash"),
                manifest.text("hook"),
                manifest.text("corpus"),
                manifest.text("split"),
                manifest.integer("context_length"),
                (long) manifest.number("contexts"),
                (long) manifest.number("tokens"),
                manifest.text("assay_version"));
    }
}
