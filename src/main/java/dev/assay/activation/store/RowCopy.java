package dev.assay.activation.store;

import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/** Copies the rows of a source to an appender, up to a row of the store or the end of the text. One unit and a whole harvest use it. */
final class RowCopy {
    private final StoreAppender appender;
    private final long until;
    private final BooleanSupplier stop;
    private final boolean keepsIncomplete;
    private final LongConsumer progress;

    /**
     * Creates a copy.
     *
     * @param appender receives the rows; {@link #run} completes it
     * @param until the row of the store after the last one to copy
     * @param stop checked between two passes
     * @param keepsIncomplete whether the rows of an incomplete shard are written if the text ends, or the copy is stopped
     * @param progress receives the number of rows of the store after each pass
     */
    RowCopy(StoreAppender appender, long until, BooleanSupplier stop, boolean keepsIncomplete, LongConsumer progress) {
        this.appender = appender;
        this.until = until;
        this.keepsIncomplete = keepsIncomplete;
        this.stop = stop;
        this.progress = progress;
    }

    /** The number of rows of the store after a copy, and whether the text ends there. */
    record End(long rows, boolean endOfText) {}

    /** Checks the first pass, whose first rows are not copied. */
    @FunctionalInterface
    interface PassCheck {
        void check(ActivationRows pass, int skipped) throws IOException;
    }

    /**
     * Copies rows.
     *
     * @param stream the source at the pass of the first row
     * @param start the position of the first row
     * @param first the row of the store that it becomes
     * @param check checks the first pass if the first row is within it
     * @return where the copy ended
     */
    End run(ActivationStream stream, ActivationBuffer.Progress start, long first, PassCheck check) throws IOException {
        long rows = first;
        ActivationBuffer.Progress next = start;
        boolean endOfText = false;
        while (rows < until && !stop.getAsBoolean()) {
            StreamPosition at = stream.position();
            ActivationRows pass = detached(stream);
            int passRows = pass.tokens().length;
            if (stream.position().epoch() > StreamPosition.START.epoch()) {
                pass.values().close();
                endOfText = true;
                break;
            }
            int from = (int) next.offset();
            if (from > 0) {
                checked(pass, from, check);
            }
            int to = (int) Math.min(passRows, from + until - rows);
            appender.append(pass, at, stream.position(), from, to);
            rows += to - from;
            next = to == passRows
                    ? new ActivationBuffer.Progress(stream.position(), 0)
                    : new ActivationBuffer.Progress(at, to);
            progress.accept(rows);
        }
        if (rows == until || keepsIncomplete) {
            appender.finish(next);
        }
        return new End(rows, endOfText);
    }

    private static void checked(ActivationRows pass, int skipped, PassCheck check) throws IOException {
        try {
            check.check(pass, skipped);
        } catch (IOException | RuntimeException failure) {
            pass.values().close();
            throw failure;
        }
    }

    /** Returns the next pass, whose values no scope owns. */
    private static ActivationRows detached(ActivationStream stream) throws IOException {
        ActivationRows[] pass = new ActivationRows[1];
        try {
            Scope.detached(() -> {
                try {
                    pass[0] = stream.next();
                    return pass[0].values();
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
        return pass[0];
    }
}
