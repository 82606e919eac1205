package dev.assay.explain.llm;

/** An optional ability of a language model. */
public enum Ability {
    /** Restricts an answer to a JSON schema. */
    JSON_SCHEMA("answers in a JSON schema"),
    /** Returns the log-probabilities of the most probable tokens at each position of an answer. */
    LOG_PROBABILITIES("log-probabilities of answers"),
    /** Returns the log-probabilities of the tokens of a prompt, see {@link LanguageModel#score}. */
    PROMPT_LOG_PROBABILITIES("log-probabilities of prompts");

    private final String words;

    Ability(String words) {
        this.words = words;
    }

    /** Returns the results of the ability, for messages. */
    String words() {
        return words;
    }
}
