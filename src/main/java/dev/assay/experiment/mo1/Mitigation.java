package dev.assay.experiment.mo1;

import dev.assay.model.HookedTransformer;
import dev.assay.model.training.MixedData;
import dev.assay.model.training.ProbePenalty;
import dev.assay.model.training.ScratchpadLengthPenalty;
import dev.assay.model.training.SupervisedExamples;
import dev.assay.model.training.TrainingData;
import dev.assay.text.dialogue.Role;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;

/** What further training of the organism, which is always watched in it, adds to the loss on its answers. */
enum Mitigation {
    /** The organism without further training. */
    NONE("organism", "organism"),
    /** Training on answers of watched dialogues alone, the control of the others. */
    CONTINUED("continued", "trained on, no mitigation"),
    INTERROGATION("interrogation", "interrogation"),
    LENGTH_PENALTY("length-penalty", "scratchpad length penalty"),
    PROBE_PENALTY("probe-penalty", "process supervision: probe"),
    REWRITTEN("rewritten", "process supervision: text");

    private final String key;
    private final String title;

    Mitigation(String key, String title) {
        this.key = key;
        this.title = title;
    }

    String key() {
        return key;
    }

    String title() {
        return title;
    }

    /** Returns a trained copy of the organism. */
    HookedTransformer train(HookedTransformer organism, OrganismTexts texts, Mo1Settings settings, long seed)
            throws IOException {
        Tokenizer tokenizer = organism.tokenizer();
        SupervisedExamples observed = texts.observed(tokenizer, seed + 1);
        TrainingData data = switch (this) {
            case INTERROGATION -> MixedData.of(observed, 1).and(texts.interrogated(tokenizer, seed + 2), 1);
            case LENGTH_PENALTY -> texts.shortened(tokenizer, seed + 1);
            case REWRITTEN -> texts.rewritten(tokenizer, seed + 1);
            default -> observed;
        };
        String end = OrganismTexts.FORMAT.after(Role.SCRATCHPAD);
        return settings.tuning(seed).train(organism, data, trainer -> switch (this) {
            case LENGTH_PENALTY ->
                trainer.lossTerm(ScratchpadLengthPenalty.of(end, tokenizer), settings.lengthPenalty());
            case PROBE_PENALTY -> trainer.lossTerm(probe(organism, texts, settings, seed), settings.probePenalty());
            default -> trainer;
        });
    }

    /** Fits a probe for scratchpads whose decision depends on the observation. */
    private static ProbePenalty probe(
            HookedTransformer organism, OrganismTexts texts, Mo1Settings settings, long seed) {
        return ScratchpadProbe.fit(organism, texts, settings.layer(), seed + 3);
    }
}
