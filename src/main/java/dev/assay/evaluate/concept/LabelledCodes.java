package dev.assay.evaluate.concept;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.ChunkSizes;
import dev.assay.tensor.Scope;
import java.util.Arrays;

/** Active latents of tokens with concept labels, in plain arrays. Instances do not change. */
public final class LabelledCodes {
    private static final int CHUNK_ROWS = 2048;

    private final int latents;
    private final int[] offsets; // [tokens + 1]
    private final int[] indices; // the latent of each active entry
    private final float[] values; // the activation of each active entry
    private final long[] labels; // bit i for concept i

    private LabelledCodes(int latents, int[] offsets, int[] indices, float[] values, long[] labels) {
        this.latents = latents;
        this.offsets = offsets;
        this.indices = indices;
        this.values = values;
        this.labels = labels;
    }

    /**
     * Encodes activations.
     *
     * @param dictionary the dictionary
     * @param x activations, [n, d]
     * @param labels n labels; bit i is concept i
     * @return the codes
     * @throws InvalidInputException if the numbers of rows differ
     */
    public static LabelledCodes of(Dictionary dictionary, NDArray x, long[] labels) {
        InvalidInputException.require(
                x.getShape().get(0) == labels.length,
                () -> "there are " + x.getShape().get(0) + " activations and " + labels.length
                        + " labels, expected equal numbers");
        Entries entries = new Entries(labels.length);
        try (Autograd off = Autograd.off()) {
            for (NDIndex rows : ChunkSizes.ranges(labels.length, CHUNK_ROWS)) {
                try (Scope scope = Scope.open()) {
                    entries.add(dictionary.encode(x.get(rows)));
                }
            }
        }
        return entries.codes(dictionary.dSae(), labels);
    }

    /**
     * Creates codes from a matrix.
     *
     * @param codes [n, latents], with at least one row
     * @param labels n labels; bit i is concept i
     * @return the codes
     */
    public static LabelledCodes of(double[][] codes, long[] labels) {
        Entries entries = new Entries(labels.length);
        for (double[] code : codes) {
            for (int latent = 0; latent < code.length; latent++) {
                entries.add(latent, (float) code[latent]);
            }
            entries.endRow();
        }
        return entries.codes(codes[0].length, labels);
    }

    /**
     * Creates the codes of a perfect dictionary: latent i is 1 on the tokens of concept i. It is a control of the measurement.
     *
     * @param labels n labels; bit i is concept i
     * @param concepts the number of concepts
     * @return the codes
     */
    public static LabelledCodes ofLabels(long[] labels, int concepts) {
        Entries entries = new Entries(labels.length);
        for (long label : labels) {
            for (int concept = 0; concept < concepts; concept++) {
                entries.add(concept, label >>> concept & 1);
            }
            entries.endRow();
        }
        return entries.codes(concepts, labels);
    }

    /** Growing arrays of entries. */
    private static final class Entries {
        private final int[] offsets;
        private int[] indices = new int[1 << 16];
        private float[] values = new float[1 << 16];
        private int rows;
        private int size;

        Entries(int tokens) {
            offsets = new int[tokens + 1];
        }

        void add(int latent, float value) {
            if (value == 0) {
                return;
            }
            if (size == indices.length) {
                indices = Arrays.copyOf(indices, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            indices[size] = latent;
            values[size] = value;
            size++;
        }

        void endRow() {
            rows++;
            offsets[rows] = size;
        }

        void add(SparseCodes codes) {
            long[] starts = codes.offsets().toLongArray();
            long[] latents = codes.indices().toLongArray();
            float[] activations = codes.values().toFloatArray();
            for (int row = 0; row < starts.length; row++) {
                int end = row + 1 < starts.length ? (int) starts[row + 1] : latents.length;
                for (int entry = (int) starts[row]; entry < end; entry++) {
                    add((int) latents[entry], activations[entry]);
                }
                endRow();
            }
        }

        LabelledCodes codes(int latents, long[] labels) {
            return new LabelledCodes(
                    latents, offsets, Arrays.copyOf(indices, size), Arrays.copyOf(values, size), labels.clone());
        }
    }

    /** {@return the number of latents} */
    public int latents() {
        return latents;
    }

    /** {@return the number of tokens} */
    public int tokens() {
        return labels.length;
    }

    /** {@return the mean number of active latents per token} */
    public double l0() {
        return (double) indices.length / labels.length;
    }

    /**
     * Returns the tokens of a concept.
     *
     * @param concept index of the concept
     * @return whether each token has it
     */
    public boolean[] has(int concept) {
        return has(labels, concept);
    }

    /** Returns whether each token has a concept. */
    static boolean[] has(long[] labels, int concept) {
        boolean[] has = new boolean[labels.length];
        for (int token = 0; token < has.length; token++) {
            has[token] = (labels[token] >>> concept & 1) == 1;
        }
        return has;
    }

    /**
     * Returns the activations of some latents.
     *
     * @param columns different latents
     * @return [tokens · columns], one token after the other
     */
    public double[] columns(int... columns) {
        int[] place = new int[latents];
        Arrays.fill(place, -1);
        for (int i = 0; i < columns.length; i++) {
            place[columns[i]] = i;
        }
        double[] selected = new double[labels.length * columns.length];
        for (int token = 0; token < labels.length; token++) {
            for (int entry = offsets[token]; entry < offsets[token + 1]; entry++) {
                if (place[indices[entry]] >= 0) {
                    selected[token * columns.length + place[indices[entry]]] = values[entry];
                }
            }
        }
        return selected;
    }

    /**
     * Returns the code of a token.
     *
     * @param token index of the token
     * @return [latents]
     */
    public double[] code(int token) {
        double[] code = new double[latents];
        for (int entry = offsets[token]; entry < offsets[token + 1]; entry++) {
            code[indices[entry]] = values[entry];
        }
        return code;
    }

    /**
     * Computes weighted sums over tokens for all latents.
     *
     * @param weights one weight per token
     * @param power 1 for the sums of activations, 2 for the sums of their squares
     * @return {@code Σ_t w_t f_tj^power}, [latents]
     */
    double[] sums(double[] weights, int power) {
        double[] sums = new double[latents];
        for (int token = 0; token < labels.length; token++) {
            double weight = weights[token];
            if (weight != 0) {
                for (int entry = offsets[token]; entry < offsets[token + 1]; entry++) {
                    double value = values[entry];
                    sums[indices[entry]] += weight * (power == 1 ? value : value * value);
                }
            }
        }
        return sums;
    }
}
