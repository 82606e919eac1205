package dev.assay.run;

import dev.assay.InvalidInputException;
import dev.assay.feature.store.FeatureStore;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the feature store of a dictionary. */
public final class FeatureFolder {
    private FeatureFolder() {}

    /**
     * Returns whether there is a feature store.
     *
     * @param folder the folder of the dictionary, or the feature store itself
     * @return true if {@link #open} finds one
     */
    static boolean isIn(Path folder) {
        return FeatureStore.isStore(new RunLayout(folder).features()) || FeatureStore.isStore(folder);
    }

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
            return withTexts(FeatureStore.open(inside));
        }
        if (FeatureStore.isStore(folder)) {
            return withTexts(FeatureStore.open(folder));
        }
        throw new InvalidInputException(folder + " has no feature store, expected one in " + inside + "; assay inspect "
                + folder + " collects it, also on the text of --text");
    }

    /** Adds the texts of the model's tokenizer to a store of an earlier version, if the model is a local folder. */
    private static FeatureStore withTexts(FeatureStore store) throws IOException {
        Path model = Path.of(store.provenance().model().name());
        if (store.hasTokenBytes() || !Files.isRegularFile(model.resolve("tokenizer.json"))) {
            return store;
        }
        // The store reads texts from the tokenizer as long as it is used, so the tokenizer stays open.
        return store.withTexts(Tokenizer.load(model));
    }
}
