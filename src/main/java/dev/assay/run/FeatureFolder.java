package dev.assay.run;

import dev.assay.InvalidInputException;
import dev.assay.feature.store.FeatureStore;
import java.io.IOException;
import java.nio.file.Path;

/** Finds the feature store of a dictionary. */
public final class FeatureFolder {
    /** Where {@code assay inspect} keeps it in the dictionary's folder. */
    public static final String NAME = "features";

    private FeatureFolder() {}

    /**
     * Opens the store of a dictionary.
     *
     * @param folder the dictionary's, or that of the store itself
     */
    public static FeatureStore open(Path folder) throws IOException {
        Path inside = folder.resolve(NAME);
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
