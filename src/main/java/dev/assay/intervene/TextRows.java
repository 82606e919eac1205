package dev.assay.intervene;

import dev.assay.attach.TokenMask;
import dev.assay.model.hook.Site;
import java.util.Arrays;

/** Maps the rows of an activation [batch, position, …] to the texts of the batch. */
final class TextRows {
    private final int length;
    private final long[] ids;
    private final boolean[] real; // false at padding; null without padding

    TextRows(Site site) {
        length = Math.toIntExact(site.tokens().getShape().get(1));
        ids = site.tokens().toLongArray();
        real = site.mask() == null ? null : site.mask().toBooleanArray();
    }

    /** Returns a flag per row: whether its position is selected and the dictionary is for its token, [batch · position]. */
    boolean[] select(TokenPositions positions, TokenMask mask) {
        boolean[] chosen = new boolean[ids.length];
        for (int first = 0; first < ids.length; first += length) {
            int[] rows = realRows(first);
            int[] text = Arrays.stream(rows).map(row -> (int) ids[row]).toArray();
            for (int i = 0; i < text.length; i++) {
                chosen[rows[i]] = mask.includes(text[i], i, text.length) && positions.include(text, i);
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
