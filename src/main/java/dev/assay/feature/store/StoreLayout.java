package dev.assay.feature.store;

import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.MappedTensor;
import dev.assay.checkpoint.PlannedTensor;
import dev.assay.checkpoint.Safetensors;
import dev.assay.checkpoint.StoredType;
import dev.assay.checkpoint.TensorInfo;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The arrays of a store and their sizes, for n latents, m activations, p positions, d stretches of documents, v tokens in the vocabulary
 * and w partners of a latent:
 *
 * <pre>
 * row_offsets          I64 [n + 1]  the activations of latent i are entries offsets[i] to offsets[i + 1] of the next two
 * positions            I32 [m]      where a latent is active, rising within a row
 * codes                U16 [m]      how strongly: see {@link LinearCode}
 * activation_max       F32 [n]      the largest activation of a latent, 0 where there is none
 * moments              F64 [n, 4]   mean, deviation, skewness, kurtosis of its activations
 * quantiles            F64 [n, 9]   its activations at {@link FeatureStats#SHARES}
 * code_sums            I64 [n, 2]   the sum of its codes, and of their squares
 * histogram            I32 [n, 64]  its activations by bin, the first bin beginning at 0
 * histogram_bin_width  F32 [n]
 * jaccard_latents      I32 [n, w]   the latents of the largest Jaccard index with it, -1 behind the last
 * jaccard_together     I32 [n, w]   on how many tokens both are active
 * jaccard_pearson      F64 [n, w]   the correlation of both
 * pearson_latents      I32 [n, w]   the same for the largest correlation
 * pearson_together     I32 [n, w]
 * pearson_pearson      F64 [n, w]
 * tokens               I32 [p]      the token ids of all contexts, special tokens included
 * document_positions   I32 [d]      where a document begins or goes on, rising from 0
 * document_numbers     I64 [d]      its number in the order of the corpus
 * vocabulary_offsets   I32 [v + 1]  the text of token i is bytes offsets[i] to offsets[i + 1] of the next
 * vocabulary           U8 [...]     UTF-8
 * </pre>
 *
 * @param latents n
 * @param activations m
 * @param positions p
 * @param documents d
 * @param vocabulary v
 * @param vocabularyBytes the size of the last array
 * @param partners w
 */
record StoreLayout(
        int latents,
        long activations,
        long positions,
        long documents,
        int vocabulary,
        long vocabularyBytes,
        int partners) {
    static final String ROW_OFFSETS = "row_offsets";
    static final String POSITIONS = "positions";
    static final String CODES = "codes";
    static final String MAX = "activation_max";
    static final String MOMENTS = "moments";
    static final String QUANTILES = "quantiles";
    static final String CODE_SUMS = "code_sums";
    static final String HISTOGRAM = "histogram";
    static final String BIN_WIDTH = "histogram_bin_width";
    static final String JACCARD = "jaccard";
    static final String PEARSON = "pearson";
    static final String TOKENS = "tokens";
    static final String DOCUMENT_POSITIONS = "document_positions";
    static final String DOCUMENT_NUMBERS = "document_numbers";
    static final String VOCABULARY_OFFSETS = "vocabulary_offsets";
    static final String VOCABULARY = "vocabulary";

    List<PlannedTensor> tensors() {
        return List.of(
                tensor(ROW_OFFSETS, StoredType.I64, latents + 1L),
                tensor(POSITIONS, StoredType.I32, activations),
                tensor(CODES, StoredType.U16, activations),
                tensor(MAX, StoredType.F32, latents),
                tensor(MOMENTS, StoredType.F64, latents, LatentStatistics.MOMENTS),
                tensor(QUANTILES, StoredType.F64, latents, FeatureStats.SHARES.size()),
                tensor(CODE_SUMS, StoredType.I64, latents, 2),
                tensor(HISTOGRAM, StoredType.I32, latents, ActivationHistograms.BINS),
                tensor(BIN_WIDTH, StoredType.F32, latents),
                tensor(latentsOf(JACCARD), StoredType.I32, latents, partners),
                tensor(togetherOf(JACCARD), StoredType.I32, latents, partners),
                tensor(pearsonOf(JACCARD), StoredType.F64, latents, partners),
                tensor(latentsOf(PEARSON), StoredType.I32, latents, partners),
                tensor(togetherOf(PEARSON), StoredType.I32, latents, partners),
                tensor(pearsonOf(PEARSON), StoredType.F64, latents, partners),
                tensor(TOKENS, StoredType.I32, positions),
                tensor(DOCUMENT_POSITIONS, StoredType.I32, documents),
                tensor(DOCUMENT_NUMBERS, StoredType.I64, documents),
                tensor(VOCABULARY_OFFSETS, StoredType.I32, vocabulary + 1L),
                tensor(VOCABULARY, StoredType.U8, vocabularyBytes));
    }

    static String latentsOf(String measure) {
        return measure + "_latents";
    }

    static String togetherOf(String measure) {
        return measure + "_together";
    }

    static String pearsonOf(String measure) {
        return measure + "_pearson";
    }

    /** Maps the arrays of a file, whose header must say what this says. */
    Map<String, MappedTensor> map(Safetensors file) throws IOException {
        Map<String, MappedTensor> arrays = new HashMap<>();
        for (PlannedTensor expected : tensors()) {
            TensorInfo found = file.info(expected.name());
            if (found.type() != expected.type() || !found.shape().equals(expected.shape())) {
                throw new InvalidInputException(file.file() + ": " + expected.name() + " is " + found.type() + " "
                        + found.shape() + ", expected " + expected.type() + " " + expected.shape()
                        + "; the store is damaged, collect it again");
            }
            arrays.put(expected.name(), file.map(expected.name()));
        }
        return arrays;
    }

    private static PlannedTensor tensor(String name, StoredType type, long... shape) {
        return new PlannedTensor(name, type, new Shape(shape));
    }
}
