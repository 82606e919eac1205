package dev.assay.feature.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Tests replacing a store in a process that is killed or runs out of disk space. */
@Tag("slow")
class StoreKillTest {
    private static final List<String> FILES = List.of("features.json", "features.safetensors");

    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void build() throws IOException {
        folder = temporary.resolve("features");
        old().store(folder, 8, 1 << 16, 4);
    }

    /** Builds a store in the given folder, once or in an endless loop. */
    public static void main(String[] arguments) throws IOException {
        RandomCodes codes = new RandomCodes(200, 400, 2);
        do {
            codes.store(Path.of(arguments[0]), 8, 1 << 16, 8);
        } while (arguments[1].equals("loop"));
    }

    private static RandomCodes old() {
        return new RandomCodes(12, 60, 1);
    }

    @Test
    @Timeout(120)
    void killedPassLeavesTheOldStoreUnchanged() throws Exception {
        Path reference = temporary.resolve("reference");
        old().store(reference, 8, 1 << 16, 4);
        for (String file : List.of("activations.log", "features.safetensors")) {
            do { // until the process is killed during a pass
                old().store(folder, 8, 1 << 16, 4);
                kill("once", file);
            } while (partial("").isEmpty());
            for (String name : FILES) {
                assertEquals(-1, Files.mismatch(reference.resolve(name), folder.resolve(name)), file);
            }
            assertEquals(List.of(), FeatureStore.open(folder).verify());
        }
        old().store(folder, 8, 1 << 16, 4);
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(Set.of(folder, reference, temporary.resolve("error.txt")), left.collect(Collectors.toSet()));
        }
    }

    @Test
    @Timeout(120)
    void killAtAnyMomentLeavesACompleteStore() throws Exception {
        for (int milliseconds : new int[] {0, 70, 150}) {
            Process process = start(ChildJvm.UNLIMITED, "loop");
            await(process, "");
            Thread.sleep(milliseconds);
            process.destroyForcibly().waitFor();
            FeatureStore store = FeatureStore.open(folder);
            assertTrue(store.latents() == 12 || store.latents() == 200);
            assertEquals(List.of(), store.verify());
        }
    }

    @Test
    @Timeout(120)
    @DisabledOnOs(OS.WINDOWS) // needs ulimit -f
    void fullDiskReportsOneErrorAndKeepsTheOldStore() throws Exception {
        Process process = start("200", "once"); // kibibytes
        assertEquals(1, process.waitFor());
        String error = Files.readString(temporary.resolve("error.txt"));
        assertTrue(error.contains("FileSystemException: " + folder), error);
        assertEquals(12, FeatureStore.open(folder).latents());
        assertTrue(partial("").isEmpty());
    }

    private void kill(String mode, String moment) throws Exception {
        Process process = start(ChildJvm.UNLIMITED, mode);
        await(process, moment);
        process.destroyForcibly().waitFor();
    }

    /** Waits until a file of the new store exists. */
    private void await(Process process, String file) throws Exception {
        while (partial(file).isEmpty()) {
            assertTrue(process.isAlive(), "the process ended by itself");
            Thread.sleep(1);
        }
    }

    /** Returns a file of the new store that is being written. */
    private Optional<Path> partial(String file) throws IOException {
        try (Stream<Path> entries = Files.list(temporary)) {
            return entries.filter(entry -> entry.toString().endsWith(".assay-tmp"))
                    .map(entry -> entry.resolve("new").resolve(file))
                    .filter(Files::exists)
                    .findFirst();
        }
    }

    private Process start(String largestFile, String mode) throws IOException {
        return ChildJvm.limited(largestFile, StoreKillTest.class, folder.toString(), mode)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(temporary.resolve("error.txt").toFile())
                .start();
    }
}
