package dev.assay.feature;

import java.util.Arrays;

/**
 * The strongest examples of each latent, kept while a corpus streams by.
 *
 * <p>A latent's examples lie in fixed slots; a short array per latent keeps the slots in order, strongest first. Examples arrive in
 * the order of the corpus, and an equal one never passes an earlier one, so that the result does not depend on batches. A latent
 * takes memory when its first example arrives.
 */
final class TopExamples {
    private final int limit;
    private final ExampleWindow window;
    private final Slots[] slots;
    private final float[] weakest; // the peak of the last example of a full latent, else 0: most offers end here

    TopExamples(int latents, int limit, ExampleWindow window) {
        this.limit = limit;
        this.window = window;
        slots = new Slots[latents];
        weakest = new float[latents];
        if (limit == 0) {
            Arrays.fill(weakest, Float.POSITIVE_INFINITY);
        }
    }

    /** Tells whether an example with this peak, above 0, would be kept. */
    boolean accepts(int latent, float peak) {
        return peak > weakest[latent];
    }

    /**
     * Makes room for an example at its place in the order.
     *
     * @return the slots of the latent, whose {@link Slots#slot} is to be filled by {@link Slots#fill}
     */
    Slots insert(int latent, float peak) {
        if (slots[latent] == null) {
            slots[latent] = new Slots(limit, window.width());
        }
        Slots own = slots[latent];
        own.slot = own.size < limit ? own.size++ : own.order[limit - 1];
        int place = own.size - 1;
        while (place > 0 && own.values[own.peakIndex(own.order[place - 1])] < peak) {
            own.order[place] = own.order[place - 1];
            place--;
        }
        own.order[place] = own.slot;
        if (own.size == limit) {
            int last = own.order[limit - 1];
            weakest[latent] = last == own.slot ? peak : own.values[own.peakIndex(last)];
        }
        return own;
    }

    ExampleWindow window() {
        return window;
    }

    /** Returns the examples of all latents, row after row. */
    ExampleTable table() {
        int latents = slots.length;
        long[] offsets = new long[latents + 1];
        for (int latent = 0; latent < latents; latent++) {
            offsets[latent + 1] = offsets[latent] + (slots[latent] == null ? 0 : slots[latent].size);
        }
        ExampleTable table = ExampleTable.empty(offsets, window.width());
        for (int latent = 0; latent < latents; latent++) {
            for (int i = 0; i < offsets[latent + 1] - offsets[latent]; i++) {
                slots[latent].copyTo(table, slots[latent].order[i], (int) offsets[latent] + i);
            }
        }
        return table;
    }

    /** The examples of one latent. */
    static final class Slots {
        private final int width;
        private final int[] order; // slots, strongest first
        private final int[] ids; // [limit, width]
        private final float[] values; // [limit, width]
        private final int[] lengths;
        private final int[] peaks;
        private final long[] positions;
        private final long[] documents;
        private int size;
        private int slot;

        private Slots(int limit, int width) {
            this.width = width;
            order = new int[limit];
            ids = new int[limit * width];
            values = new float[limit * width];
            lengths = new int[limit];
            peaks = new int[limit];
            positions = new long[limit];
            documents = new long[limit];
        }

        private int peakIndex(int slot) {
            return slot * width + peaks[slot];
        }

        /** Fills the slot of the last {@link TopExamples#insert} with tokens; all activations are 0 until they are set. */
        void fill(long[] tokens, int start, int end, int peak, long position, long document) {
            for (int i = 0; i < width; i++) {
                ids[slot * width + i] = start + i < end ? (int) tokens[start + i] : ExampleTable.NO_TOKEN;
                values[slot * width + i] = 0;
            }
            lengths[slot] = end - start;
            peaks[slot] = peak;
            positions[slot] = position;
            documents[slot] = document;
        }

        /** Sets the activation at one token of the window. */
        void activation(int index, float value) {
            values[slot * width + index] = value;
        }

        private void copyTo(ExampleTable table, int from, int row) {
            System.arraycopy(ids, from * width, table.tokens(), row * width, width);
            System.arraycopy(values, from * width, table.values(), row * width, width);
            table.lengths()[row] = lengths[from];
            table.peaks()[row] = peaks[from];
            table.positions()[row] = positions[from];
            table.documents()[row] = documents[from];
        }
    }
}
