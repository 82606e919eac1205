package dev.assay.feature.report;

/**
 * What a feature does to the logit of one token.
 *
 * @param id the token's number in the vocabulary
 * @param token its text
 * @param logit the change of the logit for a unit of activation, up to the positive scale that the final norm divides by
 */
public record TokenLogit(int id, String token, double logit) {}
