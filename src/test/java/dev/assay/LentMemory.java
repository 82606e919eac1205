package dev.assay;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Memory of the JVM that PyTorch uses for arrays and numbers, freed when the garbage collector finds their objects unreachable. */
public final class LentMemory {
    private static final List<ByteBuffer> OTHERS = new ArrayList<>();

    private LentMemory() {}

    /** Frees all unreachable memory and overwrites it. */
    public static void free() {
        OTHERS.clear();
        for (int i = 0; i < 3; i++) {
            System.gc();
            try {
                Thread.sleep(20); // another thread frees what the collector has found
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
        for (int i = 0; i < 5_000; i++) {
            OTHERS.add(ByteBuffer.allocateDirect(4 << i % 5).putInt(0, Float.floatToIntBits(1e3f)));
        }
    }
}
