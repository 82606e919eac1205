package dev.assay.feature.store;

/**
 * Where the contents of a store come from.
 *
 * @param model the model's name
 * @param modelHash the SHA-256 of its configuration and all its weights
 * @param dictionary the dictionary's kind and size, for people to read
 * @param dictionaryHash the SHA-256 of its architecture and all its weights
 * @param hook the hook point whose activations the dictionary reads
 * @param corpus the corpus, for people to read
 * @param corpusHash the SHA-256 of the token ids that were read
 * @param split the part of the corpus that was read
 * @param contextLength the number of tokens in a context
 * @param contexts the number of contexts that were read
 * @param tokens the number of tokens in the statistics; special tokens are left out
 * @param version the version of Assay that collected the store
 */
public record Provenance(
        String model,
        String modelHash,
        String dictionary,
        String dictionaryHash,
        String hook,
        String corpus,
        String corpusHash,
        String split,
        int contextLength,
        long contexts,
        long tokens,
        String version) {}
