package dev.assay.intervene;

/**
 * The change of the logit and probability of one next token by edits.
 *
 * @param token the token id
 * @param text the token's text
 * @param baselineLogit the logit without edits
 * @param editedLogit the logit with edits
 * @param baselineProbability the probability without edits
 * @param editedProbability the probability with edits
 */
public record TokenShift(
        int token,
        String text,
        double baselineLogit,
        double editedLogit,
        double baselineProbability,
        double editedProbability) {}
