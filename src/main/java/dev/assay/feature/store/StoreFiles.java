package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.MappedTensor;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.AtomicFiles;
import dev.assay.io.AtomicFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The folder of a store: the {@link FeatureStoreManifest}, and the arrays of the {@link StoreLayout} in {@code features.safetensors}. */
final class StoreFiles {
    static final String DATA = "features.safetensors";

    private StoreFiles() {}

    static boolean isStore(Path folder) {
        return Files.isRegularFile(folder.resolve(FeatureStoreManifest.FILE));
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
            entries.filter(entry -> !List.of(FeatureStoreManifest.FILE, DATA)
                            .contains(entry.getFileName().toString()))
                    .filter(entry -> !AtomicFiles.isTemporary(entry))
                    .findFirst()
                    .ifPresent(entry -> {
                        throw new InvalidInputException(folder + " holds " + entry.getFileName()
                                + ", expected an empty folder or a feature store");
                    });
        }
    }

    /** Opens a store. The header, all sizes and the ends of the rows are checked; no row is read. */
    static FeatureStore read(Path folder) throws IOException {
        AtomicFolder.recover(folder);
        if (!isStore(folder)) {
            throw new InvalidInputException(
                    folder + " holds no feature store (" + FeatureStoreManifest.FILE + " is missing)");
        }
        Path data = folder.resolve(DATA);
        FeatureStoreManifest manifest = FeatureStoreManifest.read(folder);
        if (!Files.isRegularFile(data)) {
            throw new InvalidInputException(data + " is missing beside " + FeatureStoreManifest.FILE);
        }
        if (Files.size(data) != manifest.bytes()) {
            throw new InvalidInputException(data + " has " + Files.size(data) + " bytes, expected " + manifest.bytes()
                    + " as " + FeatureStoreManifest.FILE + " says; the store is damaged, collect it again");
        }
        try (Safetensors file = Safetensors.open(data)) {
            String collection = FeatureStoreManifest.collection(manifest.provenance());
            if (!collection.equals(file.metadata().get(FeatureStoreManifest.COLLECTION))) {
                throw new InvalidInputException(folder + ": " + FeatureStoreManifest.FILE + " and " + DATA
                        + " are of two different passes, collect again");
            }
            Map<String, MappedTensor> arrays = manifest.layout().map(file);
            checkRows(
                    data, arrays.get(StoreLayout.ROW_OFFSETS), manifest.layout().activations());
            return new FeatureStore(data, manifest, arrays);
        }
    }

    private static void checkRows(Path data, MappedTensor offsets, long activations) {
        long last = 0;
        boolean rising = offsets.longAt(0) == 0;
        for (long i = 1; i < offsets.size(); i++) {
            rising &= offsets.longAt(i) >= last;
            last = offsets.longAt(i);
        }
        if (!rising || last != activations) {
            throw new InvalidInputException(data + ": " + StoreLayout.ROW_OFFSETS + " does not rise from 0 to "
                    + activations + ", the number of activations; the store is damaged, collect it again");
        }
    }
}
