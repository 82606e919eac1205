package dev.assay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LifetimeTest {
    private final Lifetime lifetime = new Lifetime("the model m");
    private final AtomicInteger own = new AtomicInteger();
    private final AtomicInteger results = new AtomicInteger();

    private void close() {
        lifetime.close(own::incrementAndGet, results::incrementAndGet);
    }

    @Test
    void closingWaitsForARunningUseAndItsNestedUses() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        Thread closer = new Thread(() -> {
            closing.countDown();
            close();
        });
        try (Lifetime.Use outer = lifetime.use()) {
            closer.start();
            closing.await();
            closer.join(200);
            assertTrue(closer.isAlive());
            try (Lifetime.Use inner = lifetime.use()) {
                assertEquals(0, own.get());
            }
        }
        closer.join();
        assertEquals(1, own.get());
    }

    @Test
    void laterUsesFailWithOneSentence() {
        close();
        close();
        assertEquals(1, own.get());
        assertEquals(
                "the model m is closed",
                assertThrows(IllegalStateException.class, lifetime::use).getMessage());
    }

    @Test
    void closingWithinAUseFails() {
        try (Lifetime.Use use = lifetime.use()) {
            assertEquals(
                    "the model m cannot be closed within one of its calls",
                    assertThrows(IllegalStateException.class, this::close).getMessage());
        }
        assertEquals(0, own.get());
    }

    @Test
    void freesResultsUnlessAnotherLivingThreadMayReadThem() throws Exception {
        Thread ended = new Thread(() -> lifetime.use().close());
        ended.start();
        ended.join();
        lifetime.use().close();
        close();
        assertEquals(1, results.get());
    }

    @Test
    void keepsResultsOfALivingThread() throws Exception {
        CountDownLatch used = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread living = new Thread(() -> {
            lifetime.use().close();
            used.countDown();
            try {
                end.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        living.start();
        assertTrue(used.await(20, TimeUnit.SECONDS));
        close();
        end.countDown();
        living.join();
        assertEquals(1, own.get());
        assertEquals(0, results.get());
        assertFalse(living.isAlive());
    }
}
