package dev.assay.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory of this process as the operating system counts it, native arrays included. */
public final class MemoryUse {
    private static final Path STATUS = Path.of("/proc/self/status");

    private MemoryUse() {}

    /**
     * Returns the resident size now.
     *
     * @return bytes, or −1 where the system does not tell (elsewhere than on Linux)
     */
    public static long residentBytes() {
        return field("VmRSS:");
    }

    /**
     * Returns the largest resident size so far.
     *
     * @return bytes, or −1 where the system does not tell (elsewhere than on Linux)
     */
    public static long peakResidentBytes() {
        return field("VmHWM:");
    }

    private static long field(String name) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(name)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        } catch (IOException notLinux) {
            return -1;
        }
        return -1;
    }
}
