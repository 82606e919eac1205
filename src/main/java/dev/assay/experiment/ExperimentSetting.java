package dev.assay.experiment;

import dev.assay.InvalidInputException;

/**
 * A setting that only one experiment has. Lists are separated by commas.
 *
 * @param name lower case letters, digits and hyphens; no name of an option that all experiments share, such as {@code model}
 * @param description one line without a full stop
 * @param full the value in the full form
 * @param quick the value in the quick form
 */
public record ExperimentSetting(String name, String description, String full, String quick) {
    /**
     * Checks the name.
     *
     * @throws InvalidInputException if it is the name of an option that all experiments share
     */
    public ExperimentSetting {
        InvalidInputException.require(
                !ExperimentOptions.RESERVED.contains(name),
                () -> "a setting of an experiment is named \"" + name + "\", expected none of "
                        + String.join(", ", ExperimentOptions.RESERVED));
    }

    /**
     * Creates a setting with the same value in both forms.
     *
     * @param name lower case letters, digits and hyphens
     * @param description one line without a full stop
     * @param value the value
     */
    public ExperimentSetting(String name, String description, String value) {
        this(name, description, value, value);
    }
}
