package dev.assay.provenance;

import java.io.Serializable;

/**
 * The text of an artifact.
 *
 * @param description the corpus, for people to read
 * @param part the part of the corpus, and the order of its rows where it is not that of the corpus, for people to read
 * @param hash the SHA-256 of the token ids; empty if it was not computed
 * @param contextLength tokens per context; 0 if unknown
 * @param prependBos whether every context starts with BOS
 * @param withoutSpecialTokens whether the positions of special tokens were left out
 * @param contexts the number of contexts that were read; 0 if unknown
 * @param tokens the number of tokens that were used; 0 if unknown
 * @param leftOut the tokens that were left out in addition to special tokens
 */
public record TextProvenance(
        String description,
        String part,
        String hash,
        int contextLength,
        boolean prependBos,
        boolean withoutSpecialTokens,
        long contexts,
        long tokens,
        LeftOutTokens leftOut)
        implements Serializable {

    /**
     * Creates the provenance of a text of which at most special tokens were left out.
     *
     * @param description the corpus, for people to read
     * @param part the part of the corpus, for people to read
     * @param hash the SHA-256 of the token ids; empty if it was not computed
     * @param contextLength tokens per context; 0 if unknown
     * @param prependBos whether every context starts with BOS
     * @param withoutSpecialTokens whether the positions of special tokens were left out
     * @param contexts the number of contexts that were read; 0 if unknown
     * @param tokens the number of tokens that were used; 0 if unknown
     */
    public TextProvenance(
            String description,
            String part,
            String hash,
            int contextLength,
            boolean prependBos,
            boolean withoutSpecialTokens,
            long contexts,
            long tokens) {
        this(
                description,
                part,
                hash,
                contextLength,
                prependBos,
                withoutSpecialTokens,
                contexts,
                tokens,
                LeftOutTokens.NONE);
    }

    /**
     * Returns the provenance of a text that was not read yet.
     *
     * @param description the corpus, for people to read
     * @param part the part of the corpus, for people to read
     * @param contextLength tokens per context
     * @param prependBos whether every context starts with BOS
     * @param withoutSpecialTokens whether the positions of special tokens are left out
     * @return the provenance
     */
    public static TextProvenance of(
            String description, String part, int contextLength, boolean prependBos, boolean withoutSpecialTokens) {
        return new TextProvenance(description, part, "", contextLength, prependBos, withoutSpecialTokens, 0, 0);
    }

    /**
     * Returns a copy with another part of the corpus.
     *
     * @param other the part, for people to read
     * @return the copy
     */
    public TextProvenance withPart(String other) {
        return new TextProvenance(
                description, other, hash, contextLength, prependBos, withoutSpecialTokens, contexts, tokens, leftOut);
    }

    /**
     * Returns a copy with the number of tokens that were used.
     *
     * @param count the number
     * @return the copy
     */
    public TextProvenance withTokens(long count) {
        return new TextProvenance(
                description, part, hash, contextLength, prependBos, withoutSpecialTokens, contexts, count, leftOut);
    }

    /**
     * Returns a copy with other tokens left out.
     *
     * @param others the tokens, in addition to special tokens
     * @return the copy
     */
    public TextProvenance withLeftOut(LeftOutTokens others) {
        return new TextProvenance(
                description, part, hash, contextLength, prependBos, withoutSpecialTokens, contexts, tokens, others);
    }
}
