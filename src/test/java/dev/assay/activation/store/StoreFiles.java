package dev.assay.activation.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of a store, for tests that compare two. */
public final class StoreFiles {
    private StoreFiles() {}

    /** Returns the names of all files, but the one that holds the lock. */
    public static List<String> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(".lock"))
                    .sorted()
                    .toList();
        }
    }

    /** Returns the names of the shards. */
    public static List<String> shards(Path folder) throws IOException {
        return names(folder).stream().filter(StoredShard::isName).toList();
    }

    /** Returns the number of threads of readers and writers, once those that are about to end have ended. */
    static long threads() {
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (true) {
            long running = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("assay-store"))
                    .count();
            if (running == 0 || System.nanoTime() > deadline) {
                return running;
            }
            Thread.yield();
        }
    }

    /** Fails unless both folders hold the same files, byte for byte. */
    public static void assertSame(Path expected, Path found) throws IOException {
        assertEquals(names(expected), names(found));
        for (String name : names(expected)) {
            assertArrayEquals(
                    Files.readAllBytes(expected.resolve(name)), Files.readAllBytes(found.resolve(name)), name);
        }
    }
}
