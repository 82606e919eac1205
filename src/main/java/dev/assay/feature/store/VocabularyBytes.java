package dev.assay.feature.store;

import dev.assay.checkpoint.IncrementalSafetensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.IntFunction;

/** The bytes of all tokens of a vocabulary, concatenated. */
final class VocabularyBytes {
    private final int[] offsets; // [tokens + 1]
    private final byte[] bytes;

    /** Reads the bytes of each token id from 0 to {@code size - 1}. */
    VocabularyBytes(int size, IntFunction<byte[]> token) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        offsets = new int[size + 1];
        for (int id = 0; id < size; id++) {
            all.writeBytes(token.apply(id));
            offsets[id + 1] = all.size();
        }
        bytes = all.toByteArray();
    }

    VocabularyBytes(int[] offsets, byte[] bytes) {
        this.offsets = offsets;
        this.bytes = bytes;
    }

    int size() {
        return offsets.length - 1;
    }

    int byteCount() {
        return bytes.length;
    }

    void write(IncrementalSafetensors file) throws IOException {
        file.write(StoreLayout.VOCABULARY_OFFSETS, offsets);
        file.write(StoreLayout.VOCABULARY, bytes);
    }
}
