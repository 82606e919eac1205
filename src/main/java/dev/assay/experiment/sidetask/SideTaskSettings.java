package dev.assay.experiment.sidetask;

import dev.assay.InvalidInputException;
import dev.assay.experiment.ExperimentRun;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.ExperimentSettings;
import dev.assay.experiment.organism.OrganismDictionary;
import dev.assay.experiment.organism.OrganismSize;
import java.util.List;

/**
 * The settings of the experiment.
 *
 * @param width the residual width of the organism
 * @param layers its number of blocks
 * @param steps training steps of the organism
 * @param examples training dialogues of the organism
 * @param negatives test documents without the side task
 * @param positives test documents with the side task per condition of the scratchpad
 * @param trainingShare training documents of the monitors per test document
 * @param latents size of the dictionaries
 * @param active active latents per token
 * @param tokens activations that each dictionary is trained on
 * @param features features that a monitor of features reads
 * @param targets monitors against which the organism is tuned
 * @param tuningSteps training steps of one round of tuning against a monitor
 * @param rounds rounds of tuning against a monitor of text
 * @param pool answers of a round from which the least detected are selected
 * @param penalty weight of the penalty on the score of a monitor of activations or features
 */
record SideTaskSettings(
        int width,
        int layers,
        int steps,
        int examples,
        int negatives,
        int positives,
        double trainingShare,
        int latents,
        int active,
        long tokens,
        int features,
        List<TuningTarget> targets,
        int tuningSteps,
        int rounds,
        int pool,
        double penalty) {
    /** Tokens of the longest dialogue that a tuned organism may write. */
    static final int CONTEXT = 72;

    /** The value of {@code targets} for all of them. */
    static final String ALL_TARGETS = "all";

    private static final int TRAINING_BATCH = 1024;

    static List<ExperimentSetting> declared() {
        return List.of(
                new ExperimentSetting("width", "residual width of the organism", "64"),
                new ExperimentSetting("layers", "blocks of the organism", "2"),
                new ExperimentSetting("steps", "training steps of the organism", "1200", "800"),
                new ExperimentSetting("examples", "training dialogues of the organism", "20000"),
                new ExperimentSetting("negatives", "test documents without the side task", "2000", "400"),
                new ExperimentSetting(
                        "positives", "test documents with the side task per condition of the scratchpad", "400", "80"),
                new ExperimentSetting(
                        "training-share", "training documents of the monitors per test document", "0.5", "0.7"),
                new ExperimentSetting("latents", "latents of the dictionaries", "256", "128"),
                new ExperimentSetting("active", "active latents per token", "8"),
                new ExperimentSetting("tokens", "activations that each dictionary is trained on", "300000", "20000"),
                new ExperimentSetting("features", "features that a monitor of features reads", "8"),
                new ExperimentSetting(
                        "targets",
                        "monitors against which the organism is tuned, or \"all\"",
                        ALL_TARGETS,
                        "output-words,activations"),
                new ExperimentSetting(
                        "tuning-steps", "training steps of one round of tuning against a monitor", "200", "60"),
                new ExperimentSetting("rounds", "rounds of tuning against a monitor of text", "2", "1"),
                new ExperimentSetting(
                        "pool", "answers of a round of which the least detected are selected", "1500", "200"),
                new ExperimentSetting(
                        "penalty", "weight of the penalty on the score of a monitor of activations or features", "1"));
    }

    static SideTaskSettings of(ExperimentRun run) {
        ExperimentSettings settings = run.settings();
        SideTaskSettings read = new SideTaskSettings(
                settings.integer("width"),
                settings.integer("layers"),
                settings.integer("steps"),
                settings.integer("examples"),
                settings.integer("negatives"),
                settings.integer("positives"),
                settings.number("training-share"),
                settings.integer("latents"),
                settings.integer("active"),
                settings.count("tokens"),
                settings.integer("features"),
                TuningTarget.parse(settings.texts("targets")),
                settings.integer("tuning-steps"),
                settings.integer("rounds"),
                settings.integer("pool"),
                settings.number("penalty"));
        read.size(); // checks the width
        InvalidInputException.requireAtLeast(2, "setting layers", read.layers);
        InvalidInputException.requireAtLeast(100, "setting examples", read.examples);
        InvalidInputException.requireAtLeast(50, "setting negatives", read.negatives);
        InvalidInputException.requireAtLeast(20, "setting positives", read.positives);
        InvalidInputException.requireAtLeast(50, "setting pool", read.pool);
        InvalidInputException.require(
                read.trainingShare > 0 && read.trainingShare <= 10,
                "setting training-share",
                read.trainingShare,
                "above 0 and at most 10");
        InvalidInputException.require(read.penalty >= 0, "setting penalty", read.penalty, "at least 0");
        InvalidInputException.require(
                read.active <= read.latents / 2,
                () -> "setting active is " + read.active + ", expected at most half of the " + read.latents
                        + " latents");
        InvalidInputException.require(
                read.features <= read.latents / 2,
                () -> "setting features is " + read.features + ", expected at most half of the " + read.latents
                        + " latents");
        return read;
    }

    /** Returns the size of the organism. */
    OrganismSize size() {
        return new OrganismSize(layers, width, CONTEXT);
    }

    /** Returns the plan of the dictionaries. */
    OrganismDictionary dictionary() {
        return new OrganismDictionary(latents, active, tokens, TRAINING_BATCH);
    }

    /** Returns the block whose residual stream the monitors read. */
    int block() {
        return layers / 2;
    }
}
