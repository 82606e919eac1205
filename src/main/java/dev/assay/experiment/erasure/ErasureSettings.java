package dev.assay.experiment.erasure;

import dev.assay.InvalidInputException;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.ExperimentSettings;
import java.util.List;

/**
 * The settings of the experiment.
 *
 * @param words pairs of words, or {@link #GENDER}
 * @param layer the edited block, or {@link #MIDDLE}
 * @param prompts prompts of each part at most
 * @param promptTokens tokens of a prompt at most
 * @param latents size of the dictionaries
 * @param active active latents per token
 * @param trainingTokens activations that each dictionary is trained on
 * @param features numbers of ablated features
 * @param randomFeatures number of random features of matched frequency
 * @param hidden hidden units of the MLP probe
 */
record ErasureSettings(
        List<String> words,
        String layer,
        int prompts,
        int promptTokens,
        int latents,
        int active,
        long trainingTokens,
        List<Integer> features,
        int randomFeatures,
        int hidden) {
    static final String GENDER = "gender";
    static final String MIDDLE = "middle";

    static List<ExperimentSetting> declared() {
        return List.of(
                new ExperimentSetting(
                        "words",
                        "\"gender\", or pairs of words that the next token tells apart, such as he/she,him/her",
                        GENDER),
                new ExperimentSetting("layer", "block whose residual stream is edited, from 0, or \"middle\"", MIDDLE),
                new ExperimentSetting("prompts", "prompts for selection, for fitting and for scoring", "600", "80"),
                new ExperimentSetting("prompt-tokens", "tokens of a prompt at most", "64", "24"),
                new ExperimentSetting("latents", "latents of the dictionaries", "1024", "256"),
                new ExperimentSetting("active", "active latents per token", "16", "8"),
                new ExperimentSetting("tokens", "activations that each dictionary is trained on", "1000000", "20000"),
                new ExperimentSetting("features", "numbers of ablated features", "1,4,16,64", "1,4"),
                new ExperimentSetting(
                        "random-features", "random features of matched frequency for the permutation test", "100", "9"),
                new ExperimentSetting("hidden", "hidden units of the MLP probe", "64", "16"));
    }

    static ErasureSettings of(ExperimentRun run) {
        ExperimentSettings settings = run.settings();
        ErasureSettings read = new ErasureSettings(
                settings.texts("words"),
                settings.text("layer"),
                settings.integer("prompts"),
                settings.integer("prompt-tokens"),
                settings.integer("latents"),
                settings.integer("active"),
                settings.count("tokens"),
                settings.integers("features"),
                settings.integer("random-features"),
                settings.integer("hidden"));
        InvalidInputException.require(
                read.layer.equals(MIDDLE) || read.layer.matches("\\d{1,6}"),
                () -> "setting layer is \"" + read.layer + "\", expected a block from 0, or middle");
        InvalidInputException.requireAtLeast(16, "setting prompts", read.prompts);
        InvalidInputException.requireAtLeast(8, "setting prompt-tokens", read.promptTokens);
        InvalidInputException.require(
                read.active <= read.latents / 2,
                () -> "setting active is " + read.active + ", expected at most half of the " + read.latents
                        + " latents");
        for (int k : read.features) {
            InvalidInputException.require(
                    k <= read.latents,
                    () -> "setting features has " + k + ", expected at most the " + read.latents + " latents");
        }
        return read;
    }

    boolean isGender() {
        return words.equals(List.of(GENDER));
    }

    /** Returns the edited block of a model. */
    int block(int layers) {
        if (layer.equals(MIDDLE)) {
            return (layers - 1) / 2;
        }
        int block = Integer.parseInt(layer);
        InvalidInputException.require(
                block < layers, () -> "setting layer is " + block + ", expected 0 to " + (layers - 1));
        return block;
    }
}
