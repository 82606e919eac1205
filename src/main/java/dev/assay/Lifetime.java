package dev.assay;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * The time in which an object with native memory is open. Threads use the object concurrently. Closing it waits for the running uses;
 * later uses fail. Native code would otherwise read memory that another thread has freed, which ends the process.
 *
 * <p>A use may contain further uses by the same thread. It must not wait for another thread that uses the object.
 */
public final class Lifetime {
    private static final int MOST_ENDED_THREADS = 64;

    private final String name;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Use end = lock.readLock()::unlock;
    private final Set<Thread> users = ConcurrentHashMap.newKeySet();
    private boolean closed; // guarded by the lock

    /**
     * Starts the lifetime of an object.
     *
     * @param name names the object in messages, such as {@code the model gpt2}
     */
    public Lifetime(String name) {
        this.name = name;
    }

    /** A running use, which its thread ends by closing it. */
    @FunctionalInterface
    public interface Use extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Starts a use, during which the object stays open.
     *
     * @return the use, to be closed by this thread
     * @throws IllegalStateException if the object is closed
     */
    public Use use() {
        lock.readLock().lock();
        if (closed) {
            lock.readLock().unlock();
            throw new IllegalStateException(name + " is closed");
        }
        if (users.add(Thread.currentThread()) && users.size() > MOST_ENDED_THREADS) {
            users.removeIf(thread -> !thread.isAlive());
        }
        return end;
    }

    /**
     * Calls a method within a use.
     *
     * @param call the method
     * @param <T> the type of its result
     * @return its result
     * @throws IllegalStateException if the object is closed
     */
    public <T> T during(Supplier<T> call) {
        try (Use use = use()) {
            return call.get();
        }
    }

    /**
     * Waits for the running uses and ends the lifetime. Further calls do nothing.
     *
     * @param own frees the memory of the object
     * @param results frees all results that are still open. It is called only if no other living thread has used the object, since such a
     *     thread may be reading its results
     * @throws IllegalStateException if this thread is using the object
     */
    public void close(Runnable own, Runnable results) {
        if (lock.getReadHoldCount() > 0) {
            throw new IllegalStateException(name + " cannot be closed within one of its calls");
        }
        lock.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            own.run();
            users.remove(Thread.currentThread());
            if (users.stream().noneMatch(Thread::isAlive)) {
                results.run();
            }
            users.clear();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
