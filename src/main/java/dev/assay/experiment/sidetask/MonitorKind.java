package dev.assay.experiment.sidetask;

import dev.assay.audit.monitor.MonitorInput;
import dev.assay.audit.monitor.MonitorInputs;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.audit.sample.TextTerms;
import dev.assay.text.dialogue.Role;

/** The monitors of the experiment. None of them reads the turns of system and user. */
enum MonitorKind {
    OUTPUT_WORDS("output-words", "output: words 1-2"),
    OUTPUT_CHARACTERS("output-characters", "output: characters 3"),
    SCRATCHPAD_WORDS("scratchpad-words", "scratchpad: words 1-2"),
    BOTH_WORDS("both-words", "scratchpad and output: words 1-2"),
    ACTIVATIONS("activations", "activations: linear probe"),
    FEATURES("features", "features of a dictionary"),
    RANDOM_FEATURES("random-features", "random features"),
    RANDOM_WEIGHT_FEATURES("random-weight-features", "features of a random-weight model"),
    RANDOM_WEIGHT_ACTIVATIONS("random-weight-activations", "activations of a random-weight model"),
    CODE("code", "output: the code itself (reference)"),
    CONSTANT("constant", "constant");

    /** Activations and features are averaged over the tokens of the answer, which every document has. */
    static final Pooling POOLING = Pooling.mean().at(Role.ASSISTANT);

    private final String key;
    private final String heading;

    MonitorKind(String key, String heading) {
        this.key = key;
        this.heading = heading;
    }

    /** Returns the name in cells, in columns and as the source of a matrix. */
    String key() {
        return key;
    }

    String heading() {
        return heading;
    }

    /**
     * Returns the rule that trains the monitor.
     *
     * @param code the truth, which only {@link #CODE} reads
     * @param features the number of features
     */
    MonitorInput input(ColourCode code, int features) {
        return switch (this) {
            case OUTPUT_WORDS -> MonitorInputs.tfIdf(TextTerms.words(1, 2).at(Role.ASSISTANT));
            case OUTPUT_CHARACTERS ->
                MonitorInputs.tfIdf(TextTerms.characters(3, 3).at(Role.ASSISTANT));
            case SCRATCHPAD_WORDS -> MonitorInputs.tfIdf(TextTerms.words(1, 2).at(Role.SCRATCHPAD));
            case BOTH_WORDS -> MonitorInputs.tfIdf(TextTerms.words(1, 2).at(Role.SCRATCHPAD, Role.ASSISTANT));
            case ACTIVATIONS, RANDOM_WEIGHT_ACTIVATIONS -> new LinearMonitorInput(matrix(), 0);
            case FEATURES, RANDOM_FEATURES, RANDOM_WEIGHT_FEATURES -> new LinearMonitorInput(matrix(), features);
            case CODE -> new CodeMonitorInput(code);
            case CONSTANT -> MonitorInputs.constant();
        };
    }

    private String matrix() {
        return AuditSample.name(key, POOLING);
    }
}
