package dev.assay.activation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ActivationBufferTest {
    private static final int WIDTH = 3;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TorchEngine.newManager(Device.cpu());
    }

    @AfterEach
    void close() {
        manager.close();
        assertEquals(0, CountingSource.producers(), "a producer thread is still running");
    }

    @Test
    void returnsEveryRowAtMostOnceAndLosesNone() throws IOException {
        CountingSource source = new CountingSource(WIDTH, varying(9, 1));
        try (ActivationBuffer buffer = ActivationBuffer.fill(source, Device.cpu(), 20, 5)) {
            Set<Long> served = new HashSet<>();
            for (int batch = 1; batch <= 200; batch++) {
                for (long row : next(buffer, 3)) {
                    assertTrue(served.add(row), () -> "row " + row + " came twice");
                }
                ActivationBuffer.State state = buffer.state();
                long taken = (2 + state.round()) * 10; // rows that have left the source for good
                Set<Long> known = new HashSet<>(served);
                for (long row : indices(buffer.pool())) {
                    known.add(row);
                }
                assertEquals(taken, known.size());
                assertTrue(known.stream().allMatch(row -> row < taken));
                assertEquals(3 * batch, state.round() * 10 + state.served());
            }
            assertEquals(60, buffer.state().round());
        }
    }

    @Test
    void orderDependsOnTheSeedAndNotOnTiming() throws IOException {
        CountingSource fast = new CountingSource(WIDTH, varying(9, 1));
        CountingSource slow = new CountingSource(WIDTH, varying(9, 1)).listener(pass -> pause(pass % 3));
        long[] expected = serve(fast, 24, 5, 30, 7, 0);
        assertArrayEquals(expected, serve(slow, 24, 5, 30, 7, 0));
        assertArrayEquals(expected, serve(fast, 24, 5, 30, 7, 1)); // a slow reader
        assertFalse(Arrays.equals(expected, serve(fast, 24, 5, 30, 8, 0)));
    }

    @Test
    void mixesRowsFromFarApart() throws IOException {
        long[] order = serve(new CountingSource(WIDTH, pass -> 64), 400, 100, 40, 3, 0);
        int neighbours = 0;
        long farthest = 0;
        double distance = 0;
        for (int i = 1; i < order.length; i++) {
            long step = Math.abs(order[i] - order[i - 1]);
            neighbours += step == 1 ? 1 : 0;
            farthest = Math.max(farthest, step);
            distance += step;
        }
        // Two rows that a fair draw of 400 puts next to each other are some 130 apart, and neighbours one time in 200.
        assertTrue(neighbours < order.length / 40, "neighbours: " + neighbours);
        assertTrue(distance / order.length > 100, "mean distance: " + distance / order.length);
        assertTrue(farthest > 400, "farthest: " + farthest); // some rows wait for several rounds
    }

    @Test
    void batchesSpanARefill() throws IOException {
        CountingSource source = new CountingSource(WIDTH, varying(6, 2));
        long[] single = serve(source, 20, 1, 210, 4, 0);
        assertArrayEquals(single, serve(source, 20, 7, 30, 4, 0));
        assertArrayEquals(single, serve(source, 20, 10, 21, 4, 0)); // always exactly up to the refill
    }

    @Test
    void orderDoesNotDependOnPassSizes() throws IOException {
        long[] expected = serve(new CountingSource(WIDTH, pass -> 1), 30, 4, 50, 6, 0);
        for (int rows : new int[] {2, 7, 15, 16, 30, 31, 44, 100}) {
            assertArrayEquals(expected, serve(new CountingSource(WIDTH, pass -> rows), 30, 4, 50, 6, 0));
        }
        assertArrayEquals(expected, serve(new CountingSource(WIDTH, varying(70, 9)), 30, 4, 50, 6, 0));
    }

    @Test
    void resumesAtEveryBatchBoundary() throws IOException {
        SplittableRandom random = new SplittableRandom(11);
        for (int trial = 0; trial < 24; trial++) {
            int capacity = 2 + random.nextInt(30);
            int batch = 1 + random.nextInt((capacity + 1) / 2);
            // Passes much smaller than half the pool, and some that fill it several times over.
            CountingSource source = new CountingSource(WIDTH, varying(1 + random.nextInt(80), trial));
            resumesEverywhere(source, capacity, batch, random.nextLong());
        }
    }

    private void resumesEverywhere(CountingSource source, int capacity, int batch, long seed) throws IOException {
        int batches = 12;
        long[] whole = serve(source, capacity, batch, batches + 6, seed, 0);
        try (ActivationBuffer buffer = ActivationBuffer.fill(source, Device.cpu(), capacity, seed)) {
            for (int done = 0; done < batches; done++) {
                try (ActivationBuffer resumed = ActivationBuffer.resume(source, buffer.state(), buffer.pool())) {
                    for (int i = 0; i < 6; i++) {
                        int from = (done + i) * batch;
                        assertArrayEquals(
                                Arrays.copyOfRange(whole, from, from + batch),
                                next(resumed, batch),
                                () -> "capacity " + capacity + ", batch " + batch);
                    }
                }
                next(buffer, batch);
            }
        }
    }

    @Test
    void rethrowsExceptionsOfTheSource() throws IOException {
        for (Exception failure : new Exception[] {
            new IOException("disk"), new InvalidInputException("line 3"), new IllegalStateException("bug")
        }) {
            assertSame(failure, assertThrows(failure.getClass(), () -> serve(failing(failure, 0), 10, 5, 10, 1, 0)));
            try (ActivationBuffer buffer = ActivationBuffer.fill(failing(failure, 7), Device.cpu(), 10, 1)) {
                assertSame(failure, assertThrows(failure.getClass(), () -> {
                    for (int i = 0; i < 10; i++) {
                        next(buffer, 5);
                    }
                }));
            }
        }
    }

    private static CountingSource failing(Exception failure, int atPass) {
        return new CountingSource(WIDTH, pass -> 3).listener(pass -> {
            if (pass == atPass) {
                if (failure instanceof IOException io) {
                    throw io;
                }
                throw (RuntimeException) failure;
            }
        });
    }

    @Test
    void closingInterruptsAWaitingProducer() throws IOException {
        CountingSource stuck = new CountingSource(WIDTH, pass -> 5).listener(pass -> pause(pass < 4 ? 0 : 60_000));
        long start = System.nanoTime();
        ActivationBuffer buffer = ActivationBuffer.fill(stuck, Device.cpu(), 20, 1);
        buffer.close();
        assertTrue(System.nanoTime() - start < 20_000_000_000L);
    }

    @Test
    void rejectsBatchesThatDoNotFit() throws IOException {
        CountingSource source = new CountingSource(WIDTH, pass -> 5);
        assertThrows(InvalidInputException.class, () -> ActivationBuffer.fill(source, Device.cpu(), 1, 0));
        try (ActivationBuffer buffer = ActivationBuffer.fill(source, Device.cpu(), 9, 0)) {
            assertEquals(new Shape(10, WIDTH), buffer.pool().getShape()); // rounded up
            String message = assertThrows(InvalidInputException.class, () -> next(buffer, 6))
                    .getMessage();
            assertEquals("a batch of 6 rows does not fit half a buffer of 5 rows", message);
        }
    }

    /** Returns the indices of the rows that a new buffer serves. */
    private long[] serve(CountingSource source, int capacity, int batch, int batches, long seed, int pause)
            throws IOException {
        long[] rows = new long[batch * batches];
        try (ActivationBuffer buffer = ActivationBuffer.fill(source, Device.cpu(), capacity, seed)) {
            for (int i = 0; i < batches; i++) {
                System.arraycopy(next(buffer, batch), 0, rows, i * batch, batch);
                pause(pause);
            }
        }
        return rows;
    }

    private long[] next(ActivationBuffer buffer, int rows) throws IOException {
        try (Scope scope = Scope.open()) {
            NDArray out = manager.zeros(new Shape(rows, WIDTH));
            buffer.next(out);
            return indices(out);
        }
    }

    private static long[] indices(NDArray rows) {
        float[] values = rows.toFloatArray();
        long[] indices = new long[values.length / WIDTH];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = (long) values[i * WIDTH];
        }
        return indices;
    }

    private static IntUnaryOperator varying(int most, long seed) {
        return pass -> 1 + new SplittableRandom(seed * 1_000_003 + pass).nextInt(most);
    }

    private static void pause(int milliseconds) throws IOException {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException stopped) {
            throw new IOException("interrupted", stopped);
        }
    }
}
