package dev.assay.audit.sample;

import dev.assay.audit.measure.DocumentMatrixBuilder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;

/** Pools the tokens of one document after the other into the rows of a matrix. */
final class DocumentPooler {
    private final Pooling pooling;
    private final DocumentMatrixBuilder rows;
    private final BitSet withoutTokens = new BitSet();
    private final double[] values;
    private final boolean[] touched;
    private final ArrayDeque<Token> latest = new ArrayDeque<>(); // of a position from the end
    private int documents;
    private int tokens;

    private record Token(int[] columns, float[] values) {}

    DocumentPooler(Pooling pooling, int columns) {
        this.pooling = pooling;
        this.rows = new DocumentMatrixBuilder(columns);
        this.values = new double[columns];
        this.touched = new boolean[columns];
    }

    Pooling pooling() {
        return pooling;
    }

    /** Adds a counted token with its values that are not 0, from {@code start} to {@code end} of the arrays. */
    void token(int[] columns, float[] tokenValues, int start, int end) {
        switch (pooling.rule()) {
            case LAST -> keep(1, columns, tokenValues, start, end);
            case POSITION -> {
                if (pooling.position() < 0) {
                    keep(-pooling.position(), columns, tokenValues, start, end);
                } else if (tokens == pooling.position()) {
                    add(columns, tokenValues, start, end);
                }
            }
            default -> add(columns, tokenValues, start, end);
        }
        tokens++;
    }

    private void keep(int most, int[] columns, float[] tokenValues, int start, int end) {
        latest.addLast(new Token(Arrays.copyOfRange(columns, start, end), Arrays.copyOfRange(tokenValues, start, end)));
        if (latest.size() > most) {
            latest.removeFirst();
        }
    }

    private void add(int[] columns, float[] tokenValues, int start, int end) {
        boolean largest = pooling.rule() == Pooling.Rule.MAX;
        for (int i = start; i < end; i++) {
            int column = columns[i];
            values[column] = !touched[column]
                    ? tokenValues[i]
                    : largest ? Math.max(values[column], tokenValues[i]) : values[column] + tokenValues[i];
            touched[column] = true;
        }
    }

    /** Adds the row of the document whose tokens were added. */
    void endDocument() {
        int needed = switch (pooling.rule()) {
            case LAST -> 1;
            case POSITION -> pooling.position() < 0 ? -pooling.position() : pooling.position() + 1;
            default -> 1;
        };
        if (tokens < needed) {
            withoutTokens.set(documents);
        } else if (!latest.isEmpty()) {
            Token token = latest.getFirst();
            add(token.columns, token.values, 0, token.columns.length);
        }
        if (pooling.rule() == Pooling.Rule.MEAN && tokens > 0) {
            for (int column = 0; column < values.length; column++) {
                values[column] /= tokens;
            }
        }
        rows.add(values);
        Arrays.fill(values, 0);
        Arrays.fill(touched, false);
        latest.clear();
        tokens = 0;
        documents++;
    }

    AuditSample addTo(AuditSample sample, String source) {
        return sample.with(AuditSample.name(source, pooling), rows.build(), withoutTokens);
    }
}
