package dev.assay.model;

/** Follows a generation token by token, and may end texts. */
@FunctionalInterface
public interface GenerationListener {
    /** Continues every text to the requested length. */
    GenerationListener NONE = (text, token, logits) -> true;

    /**
     * Receives a new token.
     *
     * @param text the number of the prompt
     * @param token the token that was added
     * @param logits the logits that it was drawn from, V numbers; see {@link LogProbabilities}. They are valid during the call only
     * @return whether the text continues; after {@code false} the token is the last one of its text
     */
    boolean added(int text, int token, float[] logits);
}
