package dev.assay;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The memory that Java lends PyTorch for arrays and numbers, and takes back when the collector finds their objects gone. */
public final class LentMemory {
    private static final List<ByteBuffer> OTHERS = new ArrayList<>();

    private LentMemory() {}

    /** Has all of it taken back that no object holds, and writes where it was. */
    public static void takeBack() {
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
