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
 * Temporary file of the exact activations of a pass in corpus order, at 8 bytes per activation. The file consists of blocks; only the
 * block being filled is in memory. Reading blocks is thread-safe.
 */
final class ActivationLog implements AutoCloseable {
    private final PositionedFile file;
    private final List<Location> locations = new ArrayList<>();
    private long written;

    // The block being filled.
    private long first; // position
    private int[] starts; // [positions + 1]
    private int[] latents;
    private float[] values;
    private int positions;
    private int entries;
    private long[] keys; // sort keys of one position

    /** Creates a log; {@code blockEntries} is the capacity of a block in activations, at least the maximum of one position. */
    ActivationLog(Path file, int blockEntries) throws IOException {
        this.file = PositionedFile.create(file);
        starts = new int[Math.max(1, blockEntries / 8) + 1];
        latents = new int[blockEntries];
        keys = new long[blockEntries];
        values = new float[blockEntries];
    }

    /** Location of a block in the file. */
    private record Location(long offset, long first, int positions, int entries) {}

    /**
     * The activations of consecutive positions.
     *
     * @param first the first position
     * @param starts the activations of position {@code first + i} are entries {@code starts[i]} to {@code starts[i + 1]}, by ascending
     *     latent
     * @param latents the latent of each activation; may be longer than the number of entries
     * @param values the activations; may be longer than the number of entries
     */
    record Block(long first, int[] starts, int[] latents, float[] values) {
        int positions() {
            return starts.length - 1;
        }

        int entries() {
            return starts[starts.length - 1];
        }
    }

    /** Begins the next position, which has at most {@code most} activations. */
    void beginPosition(int most) throws IOException {
        if (positions + 1 == starts.length || entries + most > latents.length) {
            flush();
        }
        starts[positions++] = entries;
    }

    /** Adds an activation of the current position. */
    void add(int latent, float value) {
        latents[entries] = latent;
        values[entries++] = value;
    }

    /** Writes the last block. No activations can be added afterwards. */
    void end() throws IOException {
        flush();
        starts = null;
        latents = null;
        values = null;
        keys = null;
    }

    int blocks() {
        return locations.size();
    }

    int entries(int block) {
        return locations.get(block).entries;
    }

    /** Returns the largest number of activations of a block. */
    int largestBlock() {
        return locations.stream().mapToInt(Location::entries).max().orElse(0);
    }

    Block read(int block) throws IOException {
        Location location = locations.get(block);
        ByteBuffer bytes = buffer(location.positions, location.entries);
        file.read(bytes, location.offset);
        bytes.flip();
        int[] blockStarts = new int[location.positions + 1];
        int[] blockLatents = new int[location.entries];
        float[] blockValues = new float[location.entries];
        bytes.asIntBuffer().get(blockStarts, 0, location.positions).get(blockLatents);
        bytes.position((location.positions + location.entries) * Integer.BYTES);
        bytes.asFloatBuffer().get(blockValues);
        blockStarts[location.positions] = location.entries;
        return new Block(location.first, blockStarts, blockLatents, blockValues);
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
        locations.add(new Location(written, first, positions, entries));
        file.write(bytes.rewind(), written);
        written += bytes.limit();
        first += positions;
        positions = 0;
        entries = 0;
    }

    /** Sorts the activations of a position by latent. */
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
