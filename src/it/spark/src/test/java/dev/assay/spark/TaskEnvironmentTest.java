package dev.assay.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskEnvironmentTest {
    private static final TaskEnvironment USUAL = new TaskEnvironment(1, "cpu", "amd64 avx2 fma", "2.7.1", "0.1.0");

    @TempDir
    Path temporary;

    @Test
    void processorIsTheArchitectureWithItsVectorExtensions() throws IOException {
        Path file = Files.writeString(
                temporary.resolve("cpuinfo"),
                "processor : 0\nflags\t\t: fpu sse4_2 avx2 ht avx512f fma\n\nprocessor : 1\nflags\t\t: fpu\n");
        String architecture = System.getProperty("os.arch");
        assertEquals(architecture + " avx2 avx512f fma sse4_2", TaskEnvironment.processor(file));
        assertEquals(architecture, TaskEnvironment.processor(temporary.resolve("none")));
    }

    @Test
    void executorsThatDifferAreAWarningAndDropTheClaimOfEqualBytes() {
        TaskEnvironment older = new TaskEnvironment(2, "cpu", "amd64 avx2", "2.7.1", "0.1.0");
        JobReport report = JobReport.of(List.of(record(0, USUAL), record(1, older), record(2, USUAL)));
        assertEquals(
                List.of(
                        "executors differ (threads 1 and 2, processor amd64 avx2 fma and amd64 avx2), so the result need not"
                                + " have the bytes of another run"),
                report.warnings());
        assertTrue(report.toJson().contains("\"reproducible\" : false"), report::toJson);
        assertFalse(JobReport.of(List.of(record(0, USUAL), record(1, USUAL)))
                .toJson()
                .contains("false"));
    }

    @Test
    void recordKeepsItsEnvironment() {
        UnitRecord record = record(4, USUAL);
        assertEquals(
                record,
                UnitRecord.read(UnitRecord.parse("a record", record.toJson().toString())));
    }

    @Test
    void nativeFilesAreUnpackedInTheCacheOfTheEngine() {
        String before = System.getProperty("ENGINE_CACHE_DIR");
        System.setProperty("ENGINE_CACHE_DIR", temporary.toString());
        try {
            Path expected =
                    System.getenv("ENGINE_CACHE_DIR") == null ? temporary : Path.of(System.getenv("ENGINE_CACHE_DIR"));
            assertEquals(expected, NativeLibraries.cacheFolder());
        } finally {
            if (before == null) {
                System.clearProperty("ENGINE_CACHE_DIR");
            } else {
                System.setProperty("ENGINE_CACHE_DIR", before);
            }
        }
    }

    private static UnitRecord record(int unit, TaskEnvironment environment) {
        return new UnitRecord(unit, List.of(new UnitFile("a", "b", 3, "c")), "{\"x\":1}", environment);
    }
}
