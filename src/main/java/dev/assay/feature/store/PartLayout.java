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
 * Names, types and shapes of the arrays of a part of a store, for p positions, m activations, d document segments and v tokens in the
 * vocabulary. Activations are exact and in corpus order, because the scale of a stored code is known only for the whole store.
 *
 * <pre>
 * tokens              I32 [p]      the token ids of all contexts, special tokens included
 * counted             U8 [p]       1 for each token that is part of the statistics
 * active              I32 [p]      the number of activations of each position
 * latents             I32 [m]      the latents of the activations, ascending per position
 * activations         F32 [m]
 * document_positions  I32 [d]      the first position of each document segment, ascending from 0
 * document_numbers    I64 [d]      the index of its document in corpus order
 * vocabulary_offsets  I32 [v + 1]  as in the store
 * vocabulary          U8 [...]     as in the store
 * </pre>
 */
record PartLayout(long positions, long activations, long documents, int vocabulary, long vocabularyBytes) {
    static final String COUNTED = "counted";
    static final String ACTIVE = "active";
    static final String LATENTS = "latents";
    static final String ACTIVATIONS = "activations";

    List<PlannedTensor> tensors() {
        return List.of(
                tensor(StoreLayout.TOKENS, StoredType.I32, positions),
                tensor(COUNTED, StoredType.U8, positions),
                tensor(ACTIVE, StoredType.I32, positions),
                tensor(LATENTS, StoredType.I32, activations),
                tensor(ACTIVATIONS, StoredType.F32, activations),
                tensor(StoreLayout.DOCUMENT_POSITIONS, StoredType.I32, documents),
                tensor(StoreLayout.DOCUMENT_NUMBERS, StoredType.I64, documents),
                tensor(StoreLayout.VOCABULARY_OFFSETS, StoredType.I32, vocabulary + 1L),
                tensor(StoreLayout.VOCABULARY, StoredType.U8, vocabularyBytes));
    }

    private static PlannedTensor tensor(String name, StoredType type, long size) {
        return new PlannedTensor(name, type, new Shape(size));
    }

    /** Maps the arrays of a file after checking their types and shapes. */
    Map<String, MappedTensor> map(Safetensors file) throws IOException {
        Map<String, MappedTensor> arrays = new HashMap<>();
        for (PlannedTensor expected : tensors()) {
            TensorInfo found = file.info(expected.name());
            if (found.type() != expected.type() || !found.shape().equals(expected.shape())) {
                throw new InvalidInputException(file.file() + ": " + expected.name() + " is " + found.type() + " "
                        + found.shape() + ", expected " + expected.type() + " " + expected.shape()
                        + "; the part is damaged, collect it again");
            }
            arrays.put(expected.name(), file.map(expected.name()));
        }
        return arrays;
    }
}
