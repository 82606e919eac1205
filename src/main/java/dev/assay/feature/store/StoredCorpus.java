package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.MappedTensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The corpus of a store: the tokens of every context, their texts and their documents. */
final class StoredCorpus {
    private final Path data;
    private final int contextLength;
    private final MappedTensor tokens;
    private final MappedTensor documentPositions;
    private final MappedTensor documentNumbers;
    private final MappedTensor textOffsets;
    private final MappedTensor texts;
    /** Texts by token id, null until read. Threads may read the same text concurrently; the results are equal. */
    private final String[] cache;

    StoredCorpus(Path data, int contextLength, Map<String, MappedTensor> arrays) {
        this.data = data;
        this.contextLength = contextLength;
        tokens = arrays.get(StoreLayout.TOKENS);
        documentPositions = arrays.get(StoreLayout.DOCUMENT_POSITIONS);
        documentNumbers = arrays.get(StoreLayout.DOCUMENT_NUMBERS);
        textOffsets = arrays.get(StoreLayout.VOCABULARY_OFFSETS);
        texts = arrays.get(StoreLayout.VOCABULARY);
        cache = new String[(int) Math.max(0, textOffsets.size() - 1)];
    }

    int contextLength() {
        return contextLength;
    }

    long positions() {
        return tokens.size();
    }

    /** Returns the index of the document at a position. */
    long document(long position) {
        long low = 0;
        long high = documentPositions.size() - 1;
        while (low < high) {
            long middle = (low + high + 1) >>> 1;
            if (documentPositions.intAt(middle) <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return documentNumbers.longAt(low);
    }

    /** Returns the token ids from position {@code first} to {@code end}, exclusive. */
    int[] ids(long first, long end) {
        return tokens.ints(first, (int) (end - first));
    }

    /** Returns the whole context of a position. */
    ContextTokens context(long position) {
        if (position < 0 || position >= positions()) {
            throw new InvalidInputException(
                    "there is no position " + position + ", expected 0 to " + (positions() - 1));
        }
        long start = position - position % contextLength;
        int[] ids = ids(start, start + contextLength);
        return new ContextTokens(start, ids, texts(ids), document(start));
    }

    List<String> texts(int[] ids) {
        List<String> found = new ArrayList<>(ids.length);
        for (int id : ids) {
            found.add(text(id));
        }
        return found;
    }

    /** Returns the text of a token. */
    String text(int id) {
        String text = id >= 0 && id < cache.length ? cache[id] : null;
        if (text == null) {
            text = read(id);
            cache[id] = text;
        }
        return text;
    }

    private String read(int id) {
        long begin = id < 0 || id + 1 >= textOffsets.size() ? -1 : textOffsets.intAt(id);
        long end = begin < 0 ? -1 : textOffsets.intAt(id + 1);
        if (begin < 0 || end < begin || end > texts.size()) {
            throw damaged("has no text for token " + id);
        }
        return new String(texts.bytes(begin, (int) (end - begin)), StandardCharsets.UTF_8);
    }

    InvalidInputException damaged(String problem) {
        return new InvalidInputException(data + " " + problem + "; the store is damaged, collect it again");
    }
}
