package dev.assay.feature.store;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.MappedTensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The text of a store: the tokens of every context, their texts, and the documents that they are from. */
final class StoredCorpus {
    private final Path data;
    private final int contextLength;
    private final MappedTensor tokens;
    private final MappedTensor documentPositions;
    private final MappedTensor documentNumbers;
    private final MappedTensor textOffsets;
    private final MappedTensor texts;
    /** By token, null until read; several threads may read one at once, and keep equal ones. */
    private final String[] known;

    StoredCorpus(Path data, int contextLength, Map<String, MappedTensor> arrays) {
        this.data = data;
        this.contextLength = contextLength;
        tokens = arrays.get(StoreLayout.TOKENS);
        documentPositions = arrays.get(StoreLayout.DOCUMENT_POSITIONS);
        documentNumbers = arrays.get(StoreLayout.DOCUMENT_NUMBERS);
        textOffsets = arrays.get(StoreLayout.VOCABULARY_OFFSETS);
        texts = arrays.get(StoreLayout.VOCABULARY);
        known = new String[(int) Math.max(0, textOffsets.size() - 1)];
    }

    int contextLength() {
        return contextLength;
    }

    long positions() {
        return tokens.size();
    }

    /** The number of the document that the token at a position is from. */
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

    /** The token ids from one position up to, but without, another one. */
    int[] ids(long first, long end) {
        return tokens.ints(first, (int) (end - first));
    }

    /** The whole context of a position. */
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

    /** The text of a token. */
    String text(int id) {
        String text = id >= 0 && id < known.length ? known[id] : null;
        if (text == null) {
            text = read(id);
            known[id] = text;
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

    InvalidInputException damaged(String what) {
        return new InvalidInputException(data + " " + what + "; the store is damaged, collect it again");
    }
}
