package dev.assay.tensor;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * Bounds the memory that DJL's arrays of Java values leave behind in a long loop. The number of {@code x.mul(2f)} is in a buffer outside the
 * heap, which the garbage collector frees. In a large heap it runs so rarely that buffers accumulate and fragment the native memory.
 */
public final class JavaBuffers {
    private static final long MOST_BUFFERS = 20_000;
    private static final long MOST_BYTES = 32L << 20;

    private final BufferPoolMXBean pool = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(each -> each.getName().equals("direct"))
            .findFirst()
            .orElseThrow();
    private long buffers = count();
    private long bytes = bytes();

    /**
     * Returns the number of buffers outside the heap that are not yet freed.
     *
     * @return the number of this process
     */
    public long count() {
        return pool.getCount();
    }

    /**
     * Returns the size of the buffers that are not yet freed.
     *
     * @return bytes of this process
     */
    public long bytes() {
        return pool.getMemoryUsed();
    }

    /** Runs the garbage collector if many buffers were created since it last ran here; called in each iteration of a loop. */
    public void collectWhenMany() {
        if (count() - buffers > MOST_BUFFERS || bytes() - bytes > MOST_BYTES) {
            System.gc();
            buffers = count();
            bytes = bytes();
        }
    }
}
