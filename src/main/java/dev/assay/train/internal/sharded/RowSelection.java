package dev.assay.train.internal.sharded;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.spi.ScoreChunks;
import java.util.ArrayList;
import java.util.List;

/**
 * The largest scores of each row of one slice with their latents. Among equal scores the lower latent comes first, also where the list ends:
 * PyTorch's top-k leaves that choice open, so ties are resolved here.
 *
 * @param lists the scores
 * @param latents the latent of each score, counted from the first of the slice
 */
record RowSelection(RowLists lists, long[] latents) {
    /**
     * Reads the scores of a batch.
     *
     * @param scores [rows, latents]
     * @param norms [latents], the factors of the scores, or null for 1
     * @param count entries per row, at most the number of latents
     */
    static RowSelection of(ScoreChunks scores, NDArray norms, int count) {
        List<float[]> values = new ArrayList<>();
        List<long[]> latents = new ArrayList<>();
        scores.forEach(chunk -> {
            try (Scope scope = Scope.open()) {
                if (norms != null) {
                    Aten.mul_(chunk, norms.reshape(1, norms.size()));
                }
                add(chunk, count, values, latents);
            }
        });
        int size = values.stream().mapToInt(part -> part.length).sum();
        float[] allValues = new float[size];
        long[] allLatents = new long[size];
        int at = 0;
        for (int i = 0; i < values.size(); i++) {
            System.arraycopy(values.get(i), 0, allValues, at, values.get(i).length);
            System.arraycopy(latents.get(i), 0, allLatents, at, values.get(i).length);
            at += values.get(i).length;
        }
        int rows = count == 0 ? 0 : size / count;
        return new RowSelection(new RowLists(rows, allValues), allLatents);
    }

    private static void add(NDArray chunk, int count, List<float[]> values, List<long[]> latents) {
        int rows = (int) chunk.getShape().get(0);
        int width = (int) chunk.getShape().get(1);
        int read = Math.min(count + 1, width); // one more entry shows whether a tie continues after the list
        Aten.Selection top = Aten.topKSorted(chunk, read);
        float[] found = top.values().toFloatArray();
        long[] positions = top.indices().toLongArray();
        float[] keptValues = new float[rows * count];
        long[] keptLatents = new long[rows * count];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(found, row * read, keptValues, row * count, count);
            System.arraycopy(positions, row * read, keptLatents, row * count, count);
            int last = row * read + count - 1;
            if (read > count && count > 0 && found[last] == found[last + 1]) {
                resolve(chunk.get(new NDIndex("{}", row)).toFloatArray(), row * count, count, keptValues, keptLatents);
            }
            orderTies(row * count, (row + 1) * count, keptValues, keptLatents);
        }
        values.add(keptValues);
        latents.add(keptLatents);
    }

    /** Replaces the entries equal to the last one of a row by those with the lowest latents. */
    private static void resolve(float[] scores, int from, int count, float[] values, long[] latents) {
        float tied = values[from + count - 1];
        int first = from;
        while (values[first] != tied) {
            first++;
        }
        int latent = 0;
        for (int i = first; i < from + count; i++) {
            while (scores[latent] != tied) {
                latent++;
            }
            values[i] = scores[latent];
            latents[i] = latent++;
        }
    }

    /** Sorts runs of equal values by latent. */
    private static void orderTies(int from, int to, float[] values, long[] latents) {
        for (int i = from + 1; i < to; i++) {
            float value = values[i];
            long latent = latents[i];
            int j = i;
            while (j > from && values[j - 1] == value && latents[j - 1] > latent) {
                values[j] = values[j - 1];
                latents[j] = latents[j - 1];
                j--;
            }
            values[j] = value;
            latents[j] = latent;
        }
    }
}
