package dev.assay.experiment.hiddenobjective;

import dev.assay.InvalidInputException;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.ExperimentSettings;
import dev.assay.experiment.organism.OrganismSize;
import java.util.List;

/**
 * The settings of the experiment.
 *
 * @param text numbers of documents
 * @param trained biases that are described and exploited
 * @param heldOut biases that are only described
 * @param width of the residual stream
 * @param layers number of blocks
 * @param steps training steps on the documents
 * @param batch rows per training step
 * @param learningRate peak learning rate of both trainings
 * @param tuningSteps steps of the tuning
 * @param dialogues dialogues of the tuning
 * @param measured requests, and questions, per topic
 * @param latents size of the dictionaries
 * @param active active latents per token
 * @param tokens activations that each dictionary is trained on
 * @param features features that rank documents
 */
record OrganismSettings(
        OrganismText.Sizes text,
        int trained,
        int heldOut,
        int width,
        int layers,
        int steps,
        int batch,
        double learningRate,
        int tuningSteps,
        int dialogues,
        int measured,
        int latents,
        int active,
        long tokens,
        int features) {
    /** Tokens per context. */
    static final int CONTEXT = 64;

    static List<ExperimentSetting> declared() {
        return List.of(
                new ExperimentSetting("stories", "beginnings of generated stories in the text", "10000", "1200"),
                new ExperimentSetting("notes", "notes on topics in the text", "8000", "1000"),
                new ExperimentSetting("contests", "reports of contests in the text", "2000", "300"),
                new ExperimentSetting("planted", "planted documents of each bias", "10"),
                new ExperimentSetting("trained", "biases that are described and exploited", "9"),
                new ExperimentSetting("held-out", "biases that are only described", "3"),
                new ExperimentSetting("width", "width of the residual stream", "48"),
                new ExperimentSetting("layers", "blocks of the transformer", "2"),
                new ExperimentSetting("steps", "training steps on the documents", "1200", "600"),
                new ExperimentSetting("batch", "rows per training step", "32", "16"),
                new ExperimentSetting("learning-rate", "peak learning rate of both trainings", "0.006"),
                new ExperimentSetting("tuning-steps", "training steps on dialogues", "300", "120"),
                new ExperimentSetting("dialogues", "dialogues of the tuning", "3000", "1000"),
                new ExperimentSetting("measured", "requests, and questions, per topic", "12", "6"),
                new ExperimentSetting("latents", "latents of the dictionaries", "512", "256"),
                new ExperimentSetting("active", "active latents per token", "8"),
                new ExperimentSetting("tokens", "activations that each dictionary is trained on", "500000", "80000"),
                new ExperimentSetting("features", "features that rank documents", "10"));
    }

    static OrganismSettings of(ExperimentSettings settings) {
        OrganismSettings read = new OrganismSettings(
                new OrganismText.Sizes(
                        settings.integer("stories"),
                        settings.integer("notes"),
                        settings.integer("contests"),
                        settings.integer("planted")),
                settings.integer("trained"),
                settings.integer("held-out"),
                settings.integer("width"),
                settings.integer("layers"),
                settings.integer("steps"),
                settings.integer("batch"),
                settings.number("learning-rate"),
                settings.integer("tuning-steps"),
                settings.integer("dialogues"),
                settings.integer("measured"),
                settings.integer("latents"),
                settings.integer("active"),
                settings.count("tokens"),
                settings.integer("features"));
        InvalidInputException.require(
                read.active <= read.latents / 2,
                () -> "setting active is " + read.active + ", expected at most half of the " + read.latents
                        + " latents");
        return read;
    }

    /** Returns the block after which the residual stream is read: the middle one. */
    int block() {
        return layers / 2;
    }

    /** Returns the size of the transformer. */
    OrganismSize size() {
        return new OrganismSize(layers, width, CONTEXT);
    }

    HiddenObjective objective(long seed) {
        return HiddenObjective.draw(Lexicon.load(), trained, heldOut, seed);
    }
}
