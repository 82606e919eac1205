package dev.assay.model;

/**
 * A token of a continuation.
 *
 * @param id the token id
 * @param text the text that it adds
 * @param logProbability the natural logarithm of its probability in the model, at temperature 1 and among all tokens
 */
public record GeneratedToken(int id, String text, double logProbability) {}
