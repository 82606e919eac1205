package dev.assay.text;

import dev.assay.text.tokenizer.Tokenizer;

/** The rule for the BOS token at the start of contexts and prompts. */
public enum BosRule {
    /** BOS if the tokenizer itself adds it to a text, see {@link Tokenizer#prependsBos}. */
    TOKENIZER,
    /** BOS in every case. */
    PREPEND,
    /** No BOS. */
    OMIT;

    /**
     * Returns the rule for a choice that was made.
     *
     * @param prepend whether BOS is prepended
     * @return {@link #PREPEND} or {@link #OMIT}
     */
    public static BosRule of(boolean prepend) {
        return prepend ? PREPEND : OMIT;
    }

    /**
     * Applies the rule.
     *
     * @param tokenizer the tokenizer of the text
     * @return whether BOS is prepended
     */
    public boolean prepends(Tokenizer tokenizer) {
        return this == TOKENIZER ? tokenizer.prependsBos() : this == PREPEND;
    }
}
