package dev.assay.intervene;

import dev.assay.model.hook.Site;
import java.util.Arrays;
import java.util.function.IntPredicate;

/** The rows of an activation [batch, position, …] by the texts that they belong to. */
final class TextRows {
    private final int length;
    private final long[] ids;
    private final boolean[] real; // null when all are

    TextRows(Site site) {
        length = Math.toIntExact(site.tokens().getShape().get(1));
        ids = site.tokens().toLongArray();
        real = site.mask() == null ? null : site.mask().toBooleanArray();
    }

    /** Returns which rows are at chosen positions and of a token that passes a test. */
    boolean[] at(TokenPositions positions, IntPredicate token) {
        boolean[] chosen = new boolean[ids.length];
        for (int first = 0; first < ids.length; first += length) {
            int[] rows = realRows(first);
            int[] text = Arrays.stream(rows).map(row -> (int) ids[row]).toArray();
            for (int i = 0; i < text.length; i++) {
                chosen[rows[i]] = token.test(text[i]) && positions.include(text, i);
            }
        }
        return chosen;
    }

    private int[] realRows(int first) {
        int[] rows = new int[length];
        int count = 0;
        for (int row = first; row < first + length; row++) {
            if (real == null || real[row]) {
                rows[count++] = row;
            }
        }
        return Arrays.copyOf(rows, count);
    }
}
