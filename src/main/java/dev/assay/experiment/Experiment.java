package dev.assay.experiment;

import java.io.IOException;
import java.util.List;

/**
 * A study of models and dictionaries with tables and figures as its result. An experiment is one class, listed in
 * {@code META-INF/services/dev.assay.experiment.Experiment}; it is then available as {@code assay experiment NAME}.
 *
 * <p>The work is divided into cells, such as one training run per seed, which {@link ExperimentRun#cell} keeps in the folder of results.
 * An interrupted experiment resumes after its last finished cell. A cell depends only on options, settings and its key.
 */
public interface Experiment {
    /**
     * Returns the name on the command line.
     *
     * @return lower case letters, digits and hyphens
     */
    String name();

    /**
     * Returns the question that the experiment answers.
     *
     * @return one sentence
     */
    String question();

    /**
     * Returns the settings that only this experiment has, with their values in the full form and in the quick form.
     *
     * @return the settings; by default none
     */
    default List<ExperimentSetting> settings() {
        return List.of();
    }

    /**
     * Returns the number of seeds of the quick form. The full form has {@value ExperimentOptions#FULL_SEEDS}.
     *
     * @return at least 1; by default {@value ExperimentOptions#QUICK_SEEDS}
     */
    default int quickSeeds() {
        return ExperimentOptions.QUICK_SEEDS;
    }

    /**
     * Computes the cells, then adds tables, figures and findings to the run.
     *
     * @param run the options, the cells and the results
     * @throws IOException if a file cannot be read or written
     * @throws dev.assay.InvalidInputException if an option or a setting is unusable
     */
    void run(ExperimentRun run) throws IOException;
}
