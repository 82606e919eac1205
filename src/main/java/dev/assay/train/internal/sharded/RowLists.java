package dev.assay.train.internal.sharded;

import java.util.List;

/**
 * The largest scores of each row over some latents, in the order of a selection: larger values first, then lower latents.
 *
 * @param rows the number of rows
 * @param values [rows · width], each row from the largest value
 */
record RowLists(int rows, float[] values) {
    int width() {
        return rows == 0 ? 0 : values.length / rows;
    }

    /**
     * Takes the first entries of a row from several lists. Among equal values, the entries of earlier lists come first.
     *
     * @param lists the lists, in the order of their latents
     * @param row the row
     * @param count the number of entries, at most those of all lists
     * @param out receives the values, or null
     * @return the number of entries from each list
     */
    static int[] first(List<RowLists> lists, int row, int count, float[] out) {
        int[] taken = new int[lists.size()];
        int offset = row * count;
        for (int i = 0; i < count; i++) {
            int best = -1;
            float largest = 0;
            for (int list = 0; list < taken.length; list++) {
                int width = lists.get(list).width();
                if (taken[list] == width) {
                    continue;
                }
                float value = lists.get(list).values()[row * width + taken[list]];
                if (best < 0 || value > largest) {
                    best = list;
                    largest = value;
                }
            }
            if (out != null) {
                out[offset + i] = largest;
            }
            taken[best]++;
        }
        return taken;
    }

    /** Returns the first entries of each row of several lists. */
    static RowLists merge(List<RowLists> lists, int count) {
        int rows = lists.get(0).rows();
        int all = lists.stream().mapToInt(RowLists::width).sum();
        int width = Math.min(count, all);
        float[] merged = new float[rows * width];
        for (int row = 0; row < rows; row++) {
            first(lists, row, width, merged);
        }
        return new RowLists(rows, merged);
    }
}
