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
 * Names, types and shapes of the arrays of a store, for n latents, m activations, p positions, d document segments, v tokens in the
 * vocabulary and w coactivating latents per latent and measure:
 *
 * <pre>
 * row_offsets          I64 [n + 1]  offsets[i] to offsets[i + 1] are the entries of latent i in positions and codes
 * positions            I32 [m]      the positions of the activations, ascending per latent
 * codes                U16 [m]      the activations as {@link LinearCode}
 * activation_max       F32 [n]      the maximum activation per latent, 0 for a dead latent
 * moments              F64 [n, 4]   mean, deviation, skewness, kurtosis of the activations
 * quantiles            F64 [n, 9]   the quantiles at {@link FeatureStats#SHARES}
 * code_sums            I64 [n, 2]   the sum of the codes, and of their squares
 * histogram            I32 [n, 64]  the number of activations per bin, from 0
 * histogram_bin_width  F32 [n]      the width of the bins
 * jaccard_latents      I32 [n, w]   the latents with the highest Jaccard index, padded with -1
 * jaccard_together     I32 [n, w]   the number of tokens on which both are active
 * jaccard_pearson      F64 [n, w]   the Pearson correlation of both
 * pearson_latents      I32 [n, w]   the latents with the highest Pearson correlation, padded with -1
 * pearson_together     I32 [n, w]   as for jaccard_together
 * pearson_pearson      F64 [n, w]   as for jaccard_pearson
 * tokens               I32 [p]      the token ids of all contexts, special tokens included
 * document_positions   I32 [d]      the first position of each document segment, ascending from 0
 * document_numbers     I64 [d]      the index of its document in corpus order
 * vocabulary_offsets   I32 [v + 1]  offsets[i] to offsets[i + 1] are the bytes of token i in vocabulary
 * vocabulary           U8 [...]     the bytes that each token adds to a text; joined, those of a sequence are UTF-8
 * </pre>
 *
 * @param latents n
 * @param activations m
 * @param positions p
 * @param documents d
 * @param vocabulary v
 * @param vocabularyBytes the size of the vocabulary array
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

    /** Maps the arrays of a file after checking their types and shapes. */
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
