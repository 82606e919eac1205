package dev.assay.experiment;

/**
 * A setting that only one experiment has. Lists are separated by commas.
 *
 * @param name lower case letters, digits and hyphens
 * @param description one line without a full stop
 * @param full the value in the full form
 * @param quick the value in the quick form
 */
public record ExperimentSetting(String name, String description, String full, String quick) {
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
