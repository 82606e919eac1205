package dev.assay.feature.report;

/**
 * The effect of a feature on the logit of one token.
 *
 * @param id the token's number in the vocabulary
 * @param token its text
 * @param logit the change of the logit per unit of activation, up to the positive scale of the final norm
 */
public record TokenLogit(int id, String token, double logit) {}
