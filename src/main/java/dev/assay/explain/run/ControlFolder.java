package dev.assay.explain.run;

import dev.assay.explain.offline.RandomModelControl;
import dev.assay.feature.store.FeatureStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder of the control of a random model in a folder of results.
 *
 * @param folder the folder
 */
record ControlFolder(Path folder) {
    private static final String CONTROLS = "controls";

    static ControlFolder in(Path results) {
        return new ControlFolder(results.resolve(CONTROLS).resolve(ExplainSession.RANDOM_MODEL));
    }

    /** Returns the folder of the dictionary. */
    Path dictionary() {
        return RandomModelControl.dictionary(folder);
    }

    /** Returns the folder of the results of the control. */
    Path results() {
        return folder.resolve("results");
    }

    /** Returns whether the folder has results of a version that did not keep the dictionary. */
    boolean hasResultsWithoutDictionary() {
        return FeatureStore.isStore(RandomModelControl.features(folder))
                && !Files.exists(dictionary())
                && Files.exists(results().resolve(ExplainLog.PLAN));
    }

    /** Returns whether nothing is to be trained or collected. */
    boolean isReady() {
        return RandomModelControl.isComplete(folder) || hasResultsWithoutDictionary();
    }
}
