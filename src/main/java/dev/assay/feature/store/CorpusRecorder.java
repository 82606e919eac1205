package dev.assay.feature.store;

import dev.assay.checkpoint.IncrementalSafetensors;
import dev.assay.io.PositionedFile;
import dev.assay.io.Sha256;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/** Records the tokens of a pass in a temporary file and the positions of document boundaries in memory. */
final class CorpusRecorder implements AutoCloseable {
    private static final int BUFFER = 1 << 18;
    private static final int INITIAL_CAPACITY = 64;

    private final PositionedFile file;
    private final Sha256 hash = new Sha256();
    private long positions;
    private int documents;
    private int[] documentPositions = new int[INITIAL_CAPACITY];
    private long[] documentNumbers = new long[INITIAL_CAPACITY];

    CorpusRecorder(Path file) throws IOException {
        this.file = PositionedFile.create(file);
    }

    void add(TokenBatch batch) throws IOException {
        add(batch, batch.ids().length);
    }

    /** Adds the first tokens of a batch. */
    void add(TokenBatch batch, int count) throws IOException {
        ByteBuffer ids = ByteBuffer.allocate(count * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            ids.putInt((int) batch.ids()[i]);
            document(batch.documents()[i], positions + i);
        }
        hash.add(ids.flip());
        file.write(ids.rewind(), positions * Integer.BYTES);
        positions += count;
    }

    private void document(long number, long position) {
        if (documents > 0 && documentNumbers[documents - 1] == number) {
            return;
        }
        if (documents == documentNumbers.length) {
            documentPositions = Arrays.copyOf(documentPositions, 2 * documents);
            documentNumbers = Arrays.copyOf(documentNumbers, 2 * documents);
        }
        documentPositions[documents] = (int) position;
        documentNumbers[documents++] = number;
    }

    long positions() {
        return positions;
    }

    int documents() {
        return documents;
    }

    /** Returns the SHA-256 of all token ids as little-endian 32-bit integers. No tokens can be added afterwards. */
    String hash() {
        return hash.hex();
    }

    void write(IncrementalSafetensors target) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
        int[] ids = new int[BUFFER / Integer.BYTES];
        for (long first = 0; first < positions; ) {
            bytes.clear().limit((int) Math.min(BUFFER, (positions - first) * Integer.BYTES));
            file.read(bytes, first * Integer.BYTES);
            int count = bytes.flip().limit() / Integer.BYTES;
            bytes.asIntBuffer().get(ids, 0, count);
            target.write(StoreLayout.TOKENS, first, ids, 0, count);
            first += count;
        }
        target.write(StoreLayout.DOCUMENT_POSITIONS, Arrays.copyOf(documentPositions, documents));
        target.write(StoreLayout.DOCUMENT_NUMBERS, Arrays.copyOf(documentNumbers, documents));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
