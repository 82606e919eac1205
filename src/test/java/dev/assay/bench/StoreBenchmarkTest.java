package dev.assay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.activation.CountingSource;
import dev.assay.activation.store.StoreFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class StoreBenchmarkTest {
    @TempDir
    private Path folder;

    @Test
    void ratiosMatchSpeeds() throws IOException {
        StoreBenchmark.Report report = StoreBenchmark.run(folder, 16, 20_000, 1);
        assertTrue(report.bytes() > 20_000 * (2 * 16 + 16), report.toString());
        assertRatio(
                report.writeFloorMegabytesPerSecond(), report.writeMegabytesPerSecond(), report.writeRatioToFloor());
        assertRatio(report.readFloorMegabytesPerSecond(), report.readMegabytesPerSecond(), report.readRatioToFloor());
        assertEquals(List.of(), StoreFiles.names(folder));
    }

    @Test
    void slowSourceIsNotSlowedByDisk() throws IOException {
        CountingSource slow = new CountingSource(8, pass -> 100).listener(pass -> pause());
        StoreBenchmark.HarvestReport report = StoreBenchmark.harvest(slow, folder, 1000, 1);
        assertRatio(report.toDiskTokensPerSecond(), report.aloneTokensPerSecond(), report.ratioToAlone());
        // A pass of 100 rows sleeps for 20 ms.
        assertTrue(report.aloneTokensPerSecond() < 100 / 0.02, report.toString());
        assertTrue(report.toDiskTokensPerSecond() < 100 / 0.02, report.toString());
        assertEquals(List.of(), StoreFiles.names(folder));
    }

    private static void assertRatio(double over, double under, double ratio) {
        assertEquals(over / under, ratio, 1e-9 * ratio);
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
