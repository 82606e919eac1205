package dev.assay.feature.store;

import dev.assay.io.PositionedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The exact activations of a pass in the order of the corpus, in blocks of a temporary file: 8 bytes an activation. A block is
 * written when it is full; only one is in memory. Blocks can be read by several threads.
 */
final class ActivationLog implements AutoCloseable {
    private final PositionedFile file;
    private final List<Place> places = new ArrayList<>();
    private long written;

    // The block that is filled at present.
    private long first;
    private int[] starts; // [positions + 1]
    private int[] latents;
    private float[] values;
    private int positions;
    private int entries;
    private long[] keys; // of one position, as large as there may be activations

    /** Begins a log in a new file, whose blocks have up to so many activations, at least as many as one position can have. */
    ActivationLog(Path file, int blockEntries) throws IOException {
        this.file = PositionedFile.create(file);
        starts = new int[Math.max(1, blockEntries / 8) + 1];
        latents = new int[blockEntries];
        keys = new long[blockEntries];
        values = new float[blockEntries];
    }

    /** Where a block lies. */
    private record Place(long offset, long first, int positions, int entries) {}

    /**
     * A stretch of the corpus.
     *
     * @param first its first position
     * @param starts the activations of position {@code first + i} are those from {@code starts[i]} to {@code starts[i + 1]}, whose
     *     latents rise
     * @param latents of each activation; may be longer than needed
     * @param values of each; may be longer than needed
     */
    record Block(long first, int[] starts, int[] latents, float[] values) {
        int positions() {
            return starts.length - 1;
        }

        int entries() {
            return starts[starts.length - 1];
        }
    }

    /** Begins the next position, which has at most so many activations. */
    void beginPosition(int most) throws IOException {
        if (positions + 1 == starts.length || entries + most > latents.length) {
            flush();
        }
        starts[positions++] = entries;
    }

    /** Adds an activation of the present position. */
    void add(int latent, float value) {
        latents[entries] = latent;
        values[entries++] = value;
    }

    /** Writes what is left. Nothing is added afterwards. */
    void end() throws IOException {
        flush();
        starts = null;
        latents = null;
        values = null;
        keys = null;
    }

    int blocks() {
        return places.size();
    }

    int entries(int block) {
        return places.get(block).entries;
    }

    /** The most activations of any block. */
    int largestBlock() {
        return places.stream().mapToInt(Place::entries).max().orElse(0);
    }

    Block read(int block) throws IOException {
        Place place = places.get(block);
        ByteBuffer bytes = buffer(place.positions, place.entries);
        file.read(bytes, place.offset);
        bytes.flip();
        int[] from = new int[place.positions + 1];
        int[] of = new int[place.entries];
        float[] is = new float[place.entries];
        bytes.asIntBuffer().get(from, 0, place.positions).get(of);
        bytes.position((place.positions + place.entries) * Integer.BYTES);
        bytes.asFloatBuffer().get(is);
        from[place.positions] = place.entries;
        return new Block(place.first, from, of, is);
    }

    private void flush() throws IOException {
        if (positions == 0) {
            return;
        }
        for (int i = 0; i < positions; i++) {
            sort(starts[i], i + 1 < positions ? starts[i + 1] : entries);
        }
        ByteBuffer bytes = buffer(positions, entries);
        bytes.asIntBuffer().put(starts, 0, positions).put(latents, 0, entries);
        bytes.position((positions + entries) * Integer.BYTES);
        bytes.asFloatBuffer().put(values, 0, entries);
        places.add(new Place(written, first, positions, entries));
        file.write(bytes.rewind(), written);
        written += bytes.limit();
        first += positions;
        positions = 0;
        entries = 0;
    }

    /** Puts the activations of a position in order by latent. */
    private void sort(int from, int end) {
        for (int i = from; i < end; i++) {
            keys[i - from] = (long) latents[i] << Integer.SIZE | Float.floatToRawIntBits(values[i]);
        }
        Arrays.sort(keys, 0, end - from);
        for (int i = from; i < end; i++) {
            latents[i] = (int) (keys[i - from] >>> Integer.SIZE);
            values[i] = Float.intBitsToFloat((int) keys[i - from]);
        }
    }

    private static ByteBuffer buffer(int positions, int entries) {
        return ByteBuffer.allocate(Math.multiplyExact(positions + 2 * entries, Integer.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
