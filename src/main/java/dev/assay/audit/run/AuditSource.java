package dev.assay.audit.run;

import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.audit.sample.TextTerms;
import dev.assay.text.dialogue.Role;
import java.util.stream.Collectors;

/** The sources of an audit: the dictionary, and the controls that each result is shown next to. */
enum AuditSource {
    DICTIONARY("dictionary", "the features of the dictionary"),
    RANDOM_FEATURES(
            "random features",
            "as many random directions as the dictionary has features, with as many active per token"),
    RANDOM_WEIGHTS(
            "random-weight dictionary",
            "a dictionary of the same size that was trained on the model with random weights"),
    ACTIVATIONS("raw activations", "the dimensions of the activations that the dictionary reads"),
    WORDS("words", "TF-IDF weights of words and pairs of words"),
    CHARACTERS("characters", "TF-IDF weights of sequences of 3 to 5 characters");

    private static final int LONGEST_WORDS = 2;
    private static final int SHORTEST_CHARACTERS = 3;
    private static final int LONGEST_CHARACTERS = 5;

    private final String title;
    private final String description;

    AuditSource(String title, String description) {
        this.title = title;
        this.description = description;
    }

    /** Returns the name in a pass and in reports. */
    String title() {
        return title;
    }

    String description() {
        return description;
    }

    boolean isControl() {
        return this != DICTIONARY;
    }

    /** Returns whether the source reads the text of documents, not the model. */
    boolean isText() {
        return this == WORDS || this == CHARACTERS;
    }

    /** Returns the terms of a text source in the turns that a pooling counts. */
    TextTerms terms(Pooling pooling) {
        TextTerms terms = this == WORDS
                ? TextTerms.words(1, LONGEST_WORDS)
                : TextTerms.characters(SHORTEST_CHARACTERS, LONGEST_CHARACTERS);
        return terms.at(pooling.roles().stream()
                .filter(role -> !role.equals(Role.NONE))
                .collect(Collectors.toSet())
                .toArray(Role[]::new));
    }

    /** Returns the name of the matrix of a pooling. */
    String matrix(Pooling pooling) {
        return isText() ? "TF-IDF " + terms(pooling) : AuditSample.name(title, pooling);
    }
}
