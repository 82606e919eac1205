package dev.assay.experiment.mo1;

import dev.assay.InvalidInputException;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.ExperimentSettings;
import dev.assay.experiment.organism.OrganismDictionary;
import dev.assay.experiment.organism.OrganismSize;
import dev.assay.experiment.organism.OrganismTraining;
import java.util.List;

/**
 * The settings of a run.
 *
 * @param size of the organism
 * @param steps training steps of the organism
 * @param tuningSteps training steps of a mitigation
 * @param batch rows per training step
 * @param learningRate of the organism
 * @param tuningRate of a mitigation
 * @param examples training dialogues of each kind
 * @param lengthPenalty the weight of the penalty on the length of scratchpads
 * @param probePenalty the weight of the penalty on the score of the probe
 * @param layer the block after which dictionaries and monitors read the residual stream
 * @param dictionary the dictionaries
 * @param prompts prompts per condition of the behaviour
 * @param monitored documents per label of the training and of the test of monitors
 */
record Mo1Settings(
        OrganismSize size,
        int steps,
        int tuningSteps,
        int batch,
        double learningRate,
        double tuningRate,
        int examples,
        double lengthPenalty,
        double probePenalty,
        int layer,
        OrganismDictionary dictionary,
        int prompts,
        int monitored) {
    private static final int CONTEXT = 112;
    private static final int DICTIONARY_BATCH = 512;

    static List<ExperimentSetting> declared() {
        return List.of(
                new ExperimentSetting("layers", "blocks of the organism", "2"),
                new ExperimentSetting("width", "width of the residual stream", "64"),
                new ExperimentSetting("steps", "training steps of the organism", "800", "440"),
                new ExperimentSetting("tuning-steps", "training steps of a mitigation", "120", "30"),
                new ExperimentSetting("batch", "dialogues per training step", "32", "24"),
                new ExperimentSetting("learning-rate", "peak learning rate of the organism", "0.006"),
                new ExperimentSetting("tuning-rate", "peak learning rate of a mitigation", "0.001"),
                new ExperimentSetting("examples", "training dialogues of each kind", "4000", "1500"),
                new ExperimentSetting("length-penalty", "weight of the penalty on scratchpad length", "0.3"),
                new ExperimentSetting("probe-penalty", "weight of the penalty on the probe's score", "3"),
                new ExperimentSetting("layer", "block after which dictionaries and monitors read", "1"),
                new ExperimentSetting("latents", "latents of a dictionary", "256", "128"),
                new ExperimentSetting("active", "active latents per token", "8"),
                new ExperimentSetting("tokens", "training activations of a dictionary", "150000", "20000"),
                new ExperimentSetting("prompts", "prompts per condition of the behaviour", "96", "16"),
                new ExperimentSetting(
                        "monitored", "documents per label for training and test of monitors", "400", "60"));
    }

    static Mo1Settings of(ExperimentRun run) {
        ExperimentSettings settings = run.settings();
        Mo1Settings read = new Mo1Settings(
                new OrganismSize(settings.integer("layers"), settings.integer("width"), CONTEXT),
                settings.integer("steps"),
                settings.integer("tuning-steps"),
                settings.integer("batch"),
                settings.number("learning-rate"),
                settings.number("tuning-rate"),
                settings.integer("examples"),
                settings.number("length-penalty"),
                settings.number("probe-penalty"),
                settings.indices("layer", "none", settings.integer("layers")).get(0),
                new OrganismDictionary(
                        settings.integer("latents"),
                        settings.integer("active"),
                        settings.count("tokens"),
                        DICTIONARY_BATCH),
                settings.integer("prompts"),
                settings.integer("monitored"));
        InvalidInputException.require(
                read.dictionary.latents() % 2 == 0,
                () -> "setting latents is \"" + settings.text("latents") + "\", expected an even number");
        return read;
    }

    OrganismTraining training(long seed) {
        return new OrganismTraining(steps, batch, learningRate, seed);
    }

    OrganismTraining tuning(long seed) {
        return new OrganismTraining(tuningSteps, batch, tuningRate, seed);
    }
}
