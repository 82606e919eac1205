package dev.assay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Closes an object while threads call it. Without protection, native code reads freed memory and the process ends. */
public final class ClosedWhileRunning {
    private static final int ROUNDS = 5;
    private static final int THREADS = 3;

    private ClosedWhileRunning() {}

    /** Opens an object. */
    @FunctionalInterface
    public interface Opening<T> {
        T open() throws IOException;
    }

    /** Checks that each calling thread ends with the same sentence, and nothing else. */
    public static <T extends AutoCloseable> void assertCallsEnd(String sentence, Opening<T> opening, Consumer<T> call)
            throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            T object = opening.open();
            CountDownLatch called = new CountDownLatch(THREADS);
            List<Throwable> ends = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                threads.add(new Thread(() -> {
                    try {
                        while (true) {
                            try (Scope scope = Scope.open()) {
                                call.accept(object);
                            }
                            called.countDown();
                        }
                    } catch (Throwable end) {
                        synchronized (ends) {
                            ends.add(end);
                        }
                        called.countDown();
                    }
                }));
            }
            threads.forEach(Thread::start);
            called.await();
            Thread.sleep(5L * round);
            object.close();
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(THREADS, ends.size());
            for (Throwable end : ends) {
                assertEquals(IllegalStateException.class, end.getClass(), () -> "" + end);
                assertTrue(end.getMessage().matches(sentence), end.getMessage());
            }
        }
    }
}
