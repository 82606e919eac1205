package dev.assay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class StopwatchTest {
    private long now;
    private final Stopwatch watch = new Stopwatch(() -> now);

    private void round(boolean counted, int seconds) {
        watch.time(counted, () -> now += seconds * 1_000_000_000L);
    }

    @Test
    void ignoresWarmUpRounds() {
        round(false, 5);
        assertTrue(Double.isNaN(watch.median()));
        round(true, 1);
        assertEquals(1, watch.median());
    }

    @Test
    void returnsMedianOfRounds() {
        round(true, 9);
        round(true, 1);
        round(true, 4);
        assertEquals(4, watch.median());
        round(true, 7);
        assertEquals(7, watch.median());
    }

    @Test
    void propagatesExceptionOfTask() {
        assertThrows(
                IOException.class,
                () -> watch.time(true, () -> {
                    throw new IOException();
                }));
        assertTrue(Double.isNaN(watch.median()));
    }
}
