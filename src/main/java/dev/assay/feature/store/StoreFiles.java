package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.BlockChecksums;
import dev.assay.checkpoint.MappedTensor;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.AtomicFolder;
import dev.assay.io.TemporaryNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Files of a store: the {@link FeatureStoreManifest} and the arrays of the {@link StoreLayout} in {@code features.safetensors}. */
final class StoreFiles {
    static final String DATA = "features.safetensors";

    private StoreFiles() {}

    static boolean isStore(Path folder) {
        return Files.isRegularFile(folder.resolve(FeatureStoreManifest.FILE));
    }

    /** Rejects a path that is a file, or a folder with files other than those of a store. */
    static void requireUsable(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + " is a file, expected a folder for the store");
        }
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> entries;
        try (Stream<Path> listed = Files.list(folder)) {
            entries = listed.toList();
        }
        for (Path entry : entries) {
            String name = entry.getFileName().toString();
            if (!List.of(FeatureStoreManifest.FILE, DATA).contains(name) && !TemporaryNames.isIgnored(entry)) {
                throw new InvalidInputException(
                        folder + " contains " + name + ", expected an empty folder or a feature store");
            }
        }
    }

    /** Opens a store. Checks the header, the file sizes and the row offsets, but reads no rows. */
    static FeatureStore read(Path folder) throws IOException {
        AtomicFolder.recover(folder);
        if (!isStore(folder)) {
            throw new InvalidInputException(
                    folder + " contains no feature store: " + FeatureStoreManifest.FILE + " is missing");
        }
        Path data = folder.resolve(DATA);
        FeatureStoreManifest manifest = FeatureStoreManifest.read(folder);
        if (!Files.isRegularFile(data)) {
            throw new InvalidInputException(data + " is missing, expected it next to " + FeatureStoreManifest.FILE);
        }
        if (Files.size(data) != manifest.bytes()) {
            throw new InvalidInputException(data + " has " + Files.size(data) + " bytes, expected " + manifest.bytes()
                    + " as in " + FeatureStoreManifest.FILE + "; the store is damaged, collect it again");
        }
        try (Safetensors file = Safetensors.open(data)) {
            String collection = FeatureStoreManifest.collection(manifest.provenance());
            if (!collection.equals(file.metadata().get(FeatureStoreManifest.COLLECTION))) {
                throw new InvalidInputException(folder + ": " + FeatureStoreManifest.FILE + " and " + DATA
                        + " are from two different passes, expected one; collect the store again");
            }
            Map<String, MappedTensor> arrays = manifest.layout().map(file);
            manifest.blocks()
                    .forEach((name, checksums) -> arrays.computeIfPresent(
                            name,
                            (key, array) -> array.verifiedBy(
                                    BlockChecksums.decode(checksums, array.bytes(), data + ": " + name))));
            checkRows(
                    data, arrays.get(StoreLayout.ROW_OFFSETS), manifest.layout().activations());
            return new FeatureStore(data, manifest, arrays);
        }
    }

    private static void checkRows(Path data, MappedTensor offsets, long activations) {
        long last = 0;
        boolean ascending = offsets.longAt(0) == 0;
        for (long i = 1; i < offsets.size(); i++) {
            ascending &= offsets.longAt(i) >= last;
            last = offsets.longAt(i);
        }
        if (!ascending || last != activations) {
            throw new InvalidInputException(data + ": " + StoreLayout.ROW_OFFSETS + " is not ascending from 0 to "
                    + activations + ", the number of activations; the store is damaged, collect it again");
        }
    }
}
