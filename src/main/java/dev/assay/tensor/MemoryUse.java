package dev.assay.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process as measured by the operating system, including native arrays. */
public final class MemoryUse {
    private static final Path STATUS = Path.of("/proc/self/status");

    private MemoryUse() {}

    /**
     * Returns the current resident size.
     *
     * @return bytes, or −1 on systems other than Linux
     */
    public static long residentBytes() {
        return field("VmRSS:");
    }

    /**
     * Returns the largest resident size so far.
     *
     * @return bytes, or −1 on systems other than Linux
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
