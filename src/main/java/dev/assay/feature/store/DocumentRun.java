package dev.assay.feature.store;

/**
 * A sequence of tokens of one document within one context, without special tokens.
 *
 * @param document the index of the document in corpus order
 * @param start the position of the first token in the store
 * @param length the number of tokens, at least 1
 */
public record DocumentRun(long document, long start, int length) {}
