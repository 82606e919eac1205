package dev.assay.activation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Shuffles a stream of activations in a bounded pool of native memory. Rows are returned in random order. When half of the pool has been
 * returned, that half is replaced by new rows, which a producer thread computes in the meantime, and a new order is drawn.
 *
 * <p>The order depends only on the source and the seed, not on timing. {@link #state()} and {@link #pool()} together continue a
 * buffer exactly.
 */
public final class ActivationBuffer implements AutoCloseable {
    private final ActivationSource source;
    private final long seed;
    private final int half;
    private final NDArray pool; // [2 · half, width]
    private final NDArray staging; // [half, width], written by the producer only
    private final ExecutorService producer;

    private ActivationStream stream; // used by the producer only
    private NDArray rest; // rows of the last pass that did not fit, or null; used by the producer only
    private long restOffset;
    private StreamPosition restPosition; // the pass that rest is from

    private Future<Progress> filling;
    private Progress fillingFrom;
    private long round;
    private int served;
    private NDArray order; // int64 [2 · half]

    /**
     * The state of a buffer, without its pool.
     *
     * @param seed the seed of the order
     * @param round the number of refills of the pool
     * @param served the number of rows returned since the last refill
     * @param next the first row of the next refill
     */
    public record State(long seed, long round, int served, Progress next) {}

    /**
     * A row of a stream.
     *
     * @param position the pass with the row
     * @param offset the index of the row in the pass
     */
    public record Progress(StreamPosition position, long offset) implements Serializable {
        public static final Progress START = new Progress(StreamPosition.START, 0);
    }

    /**
     * Fills a new buffer from the start of a source.
     *
     * @param source the activations
     * @param device the device of the rows
     * @param capacity the number of rows in the pool, rounded up to an even number
     * @param seed the seed of the order
     * @throws IOException when the text cannot be read
     */
    public static ActivationBuffer fill(ActivationSource source, Device device, int capacity, long seed)
            throws IOException {
        ActivationBuffer buffer = new ActivationBuffer(source, device, capacity, seed);
        try (Scope scope = Scope.open()) {
            buffer.start(new State(seed, 0, 0, Progress.START));
            for (int i = 0; i < 2; i++) {
                buffer.finishFilling();
                String rows = i * buffer.half + ":" + (i + 1) * buffer.half;
                Aten.copy_(buffer.pool.get(new NDIndex(rows)), buffer.staging);
                buffer.startFilling();
            }
            buffer.draw();
            return buffer;
        } catch (IOException | RuntimeException failure) {
            buffer.closeAfter(failure);
            throw failure;
        }
    }

    /**
     * Continues a buffer.
     *
     * @param source the activations
     * @param state the state of the buffer
     * @param rows the pool of the buffer; it is copied
     * @throws IOException when the text cannot be read
     */
    public static ActivationBuffer resume(ActivationSource source, State state, NDArray rows) throws IOException {
        int capacity = (int) rows.getShape().get(0);
        ActivationBuffer buffer = new ActivationBuffer(source, rows.getDevice(), capacity, state.seed());
        try {
            Aten.copy_(buffer.pool, rows);
            buffer.start(state);
            buffer.draw();
            return buffer;
        } catch (IOException | RuntimeException failure) {
            buffer.closeAfter(failure);
            throw failure;
        }
    }

    private void closeAfter(Exception failure) {
        try {
            close();
        } catch (IOException another) {
            failure.addSuppressed(another);
        }
    }

    private ActivationBuffer(ActivationSource source, Device device, int capacity, long seed) {
        if (capacity < 2) {
            throw new InvalidInputException("the buffer has " + capacity + " rows, expected at least 2");
        }
        this.source = source;
        this.seed = seed;
        this.half = (capacity + 1) / 2;
        NDManager manager = TorchEngine.newManager(device);
        this.pool = Scope.detached(() -> manager.zeros(new Shape(2L * half, source.width())));
        this.staging = Scope.detached(() -> manager.zeros(new Shape(half, source.width())));
        this.producer = BackgroundThreads.threads(1, "assay-activations");
    }

    private void start(State state) throws IOException {
        round = state.round();
        served = state.served();
        stream = source.open(state.next().position());
        restOffset = state.next().offset();
        fillingFrom = state.next();
        filling = producer.submit(this::fillStaging);
    }

    /**
     * Copies the next rows in random order.
     *
     * @param out [rows, width], the target; at most half as many rows as the pool
     * @throws IOException when the text cannot be read
     */
    public void next(NDArray out) throws IOException {
        int rows = (int) out.getShape().get(0);
        if (rows > half) {
            throw new InvalidInputException(
                    "a batch of " + rows + " rows does not fit half a buffer of " + half + " rows");
        }
        try (Scope scope = Scope.open()) {
            int first = Math.min(rows, half - served);
            select(served, first, rows == first ? out : out.get(new NDIndex("0:" + first)));
            served += first;
            if (served == half) {
                refill();
            }
            if (first < rows) {
                select(served, rows - first, out.get(new NDIndex(first + ":" + rows)));
                served += rows - first;
            }
        }
    }

    /**
     * Waits until a batch can be drawn without waiting for new rows.
     *
     * @param rows the size of the batch
     * @param atMost the longest wait
     * @return false when the time has passed
     * @throws IOException when the thread is interrupted
     */
    public boolean awaitReady(int rows, Duration atMost) throws IOException {
        return served + rows < half || BackgroundThreads.awaitEnd(filling, atMost);
    }

    private void select(int from, int count, NDArray out) {
        if (count > 0) {
            Aten.indexSelect(pool, 0, order.get(new NDIndex(from + ":" + (from + count))), out);
        }
    }

    private void refill() throws IOException {
        finishFilling();
        Aten.indexCopy_(pool, 0, order.get(new NDIndex("0:" + half)), staging);
        startFilling();
        round++;
        served = 0;
        draw();
    }

    private void draw() {
        if (order != null) {
            order.close();
        }
        order = Scope.detached(() -> Aten.longs(pool.getManager(), Permutation.draw(2 * half, seed, round)));
    }

    private void startFilling() {
        filling = producer.submit(this::fillStaging);
    }

    private void finishFilling() throws IOException {
        fillingFrom = BackgroundThreads.await(filling);
    }

    /** Runs on the producer thread: fills the staging rows and returns the row after them. */
    private Progress fillStaging() throws IOException {
        int filled = 0;
        while (filled < half) {
            if (Thread.interrupted()) {
                throw new InterruptedIOException("the buffer was closed");
            }
            try (Scope scope = Scope.open()) {
                if (rest == null) {
                    restPosition = stream.position();
                    rest = Scope.detached(this::nextRows);
                }
                long available = rest.getShape().get(0) - restOffset;
                long taken = Math.min(available, half - filled);
                Aten.copy_(
                        staging.get(new NDIndex(filled + ":" + (filled + taken))),
                        rest.get(new NDIndex(restOffset + ":" + (restOffset + taken))));
                filled += (int) taken;
                restOffset += taken;
                if (taken == available) {
                    dropRest();
                }
            }
        }
        return rest == null ? new Progress(stream.position(), 0) : new Progress(restPosition, restOffset);
    }

    private void dropRest() {
        rest.close();
        rest = null;
        restOffset = 0;
    }

    private NDArray nextRows() {
        try {
            return stream.next().values();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** {@return the state before the next batch; together with {@link #pool()}, it continues this buffer} */
    public State state() {
        return new State(seed, round, served, fillingFrom);
    }

    /** {@return the rows of the pool, [capacity, width], owned by the buffer; using the buffer changes them} */
    public NDArray pool() {
        return pool;
    }

    /** Stops the producer and frees the memory. */
    @Override
    public void close() throws IOException {
        producer.shutdownNow();
        BackgroundThreads.awaitEnd(producer);
        if (rest != null) {
            dropRest();
        }
        pool.getManager().close();
        if (stream != null) {
            stream.close();
        }
    }
}
