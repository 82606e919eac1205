package dev.assay.model;

/**
 * A next token with its log-probability.
 *
 * @param token the token id
 * @param logProbability the natural logarithm of its probability
 */
public record TokenLogProbability(int token, double logProbability) {}
