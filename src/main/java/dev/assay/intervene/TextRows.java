package dev.assay.intervene;

import dev.assay.attach.TokenMask;
import dev.assay.model.hook.Site;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Maps the rows of an activation [batch, position, …] to the texts of the batch. In a run that continues a key-value cache, a text has more
 * tokens than the activation has positions.
 */
final class TextRows {
    private final int computed; // positions per text of the activation
    private final int length; // positions per text, at least as many
    private final long[] ids; // [batch · length]
    private final boolean[] real; // false at padding; null without padding

    TextRows(Site site) {
        Site.Text text = site.text();
        computed = Math.toIntExact(site.tokens().getShape().get(1));
        length = Math.toIntExact(text.tokens().getShape().get(1));
        ids = text.tokens().toLongArray();
        real = text.mask() == null ? null : text.mask().toBooleanArray();
    }

    /** Returns a flag per row: whether its position is selected and the dictionary is for its token, [batch · position]. */
    boolean[] select(TokenPositions positions, TokenMask mask) {
        int texts = ids.length / length;
        boolean[] chosen = new boolean[texts * computed];
        for (int text = 0; text < texts; text++) {
            int[] columns = realColumns(text * length);
            int first = text * length;
            int[] tokens = Arrays.stream(columns)
                    .map(column -> (int) ids[first + column])
                    .toArray();
            for (int i = 0; i < tokens.length; i++) {
                int position = columns[i] - (length - computed);
                if (position >= 0) {
                    chosen[text * computed + position] =
                            mask.includes(tokens[i], i, tokens.length) && positions.include(tokens, i);
                }
            }
        }
        return chosen;
    }

    private int[] realColumns(int first) {
        return IntStream.range(0, length)
                .filter(column -> real == null || real[first + column])
                .toArray();
    }
}
