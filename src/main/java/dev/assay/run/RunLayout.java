package dev.assay.run;

import dev.assay.sae.SaelensFolder;
import java.nio.file.Path;
import java.util.Set;

/**
 * The files of a run folder. The dictionary is stored in the folder itself, in the files of SAELens.
 *
 * @param folder the run folder
 */
public record RunLayout(Path folder) {
    /** The name of the description of model, sites and text. */
    public static final String DESCRIPTION = "run.json";
    /** The name of the folder of training checkpoints. */
    public static final String CHECKPOINTS = "checkpoints";
    /** The name of the folder of the best dictionary, a run folder itself. */
    public static final String BEST = "best";
    /** The name of the figures written by {@code assay evaluate}. */
    public static final String EVALUATION = "evaluation.json";
    /** The name of the folder of the feature store. */
    public static final String FEATURES = "features";
    /** The name of the page of features. */
    public static final String PAGE = "features.html";
    /** The name of the folder of explanations. */
    public static final String EXPLANATIONS = "explanations";

    /** The names of all files that a run folder may hold next to its dictionary. */
    public static final Set<String> COMPANIONS = SaelensFolder.COMPANIONS;

    /** {@return the file with the description of model, sites and text} */
    public Path description() {
        return folder.resolve(DESCRIPTION);
    }

    /** {@return the folder of training checkpoints} */
    public Path checkpoints() {
        return folder.resolve(CHECKPOINTS);
    }

    /** {@return the run folder of the best dictionary} */
    public Path best() {
        return folder.resolve(BEST);
    }

    /** {@return the file with the figures of the dictionary} */
    public Path evaluation() {
        return folder.resolve(EVALUATION);
    }

    /** {@return the folder of the feature store} */
    public Path features() {
        return folder.resolve(FEATURES);
    }

    /** {@return the page of features} */
    public Path page() {
        return folder.resolve(PAGE);
    }

    /** {@return the folder of explanations} */
    public Path explanations() {
        return folder.resolve(EXPLANATIONS);
    }

    /** {@return the last part of the folder's absolute path} */
    public String name() {
        return folder.toAbsolutePath().normalize().getFileName().toString();
    }
}
