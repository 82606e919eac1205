package dev.assay.run;

import dev.assay.InvalidInputException;
import dev.assay.feature.store.FeatureStore;
import java.io.IOException;
import java.nio.file.Path;

/** Finds the feature store of a dictionary. */
public final class FeatureFolder {
    private FeatureFolder() {}

    /**
     * Opens the feature store of a dictionary.
     *
     * @param folder the folder of the dictionary, or the feature store itself
     * @return the store
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if there is no feature store
     */
    public static FeatureStore open(Path folder) throws IOException {
        Path inside = new RunLayout(folder).features();
        if (FeatureStore.isStore(inside)) {
            return FeatureStore.open(inside);
        }
        if (FeatureStore.isStore(folder)) {
            return FeatureStore.open(folder);
        }
        throw new InvalidInputException(folder + " has no feature store, expected one in " + inside + "; assay inspect "
                + folder + " collects it");
    }
}
