package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.ChildJvm;
import dev.assay.activation.store.ActivationStore;
import dev.assay.activation.store.StoreFiles;
import dev.assay.model.Fixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A harvest in a separate process that is killed, or whose disk is full. */
@Tag("slow")
class HarvestKillTest {
    @TempDir
    private Path temporary;

    private static Path clean;

    private Path out;

    @BeforeAll
    static void harvestWithoutInterruption(@TempDir Path folder) throws Exception {
        clean = folder.resolve("clean");
        finish(clean);
    }

    @BeforeEach
    void name() {
        out = temporary.resolve("store");
    }

    @Test
    @Timeout(180)
    void resumedHarvestEqualsUninterruptedOne() throws Exception {
        for (int shards : new int[] {1, 9, 17}) {
            killAfter(shards);
        }
        finish(out);
        StoreFiles.assertSame(clean, out);
    }

    @Test
    @Timeout(180)
    @DisabledOnOs(OS.WINDOWS) // the shell's limit on the size of files
    void fullDiskIsReportedWithoutLossOfRows() throws Exception {
        killAfter(2);
        Process limited = start("64"); // kibibytes, less than a shard
        assertEquals(2, limited.waitFor(), this::error);
        assertEquals(1, error().lines().count(), this::error);
        assertTrue(error().startsWith("assay: " + out.resolve("rows-")), this::error);
        long rows = ActivationStore.open(out).rows();
        assertTrue(rows >= 500, rows + " rows"); // the second of two files may be missing in the manifest
        assertEquals(List.of(), ActivationStore.open(out).verify(false));
        finish(out);
        StoreFiles.assertSame(clean, out);
    }

    private void killAfter(int shards) throws Exception {
        Process process = start(ChildJvm.UNLIMITED);
        try {
            while (StoreFiles.shards(out).size() < shards) {
                assertTrue(process.isAlive(), () -> "the harvest ended before it was killed: " + error());
                Thread.sleep(2);
            }
            Thread.sleep(ThreadLocalRandom.current().nextInt(60));
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertFalse(ActivationStore.open(out).complete(), "the harvest was complete before it was killed");
    }

    private Process start(String largestFile) throws Exception {
        return ChildJvm.limited(largestFile, Assay.class, arguments(out))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(temporary.resolve("error.txt").toFile())
                .start();
    }

    private static String[] arguments(Path folder) throws Exception {
        Path model = Fixtures.folder("gpt_neox");
        List<String> arguments = new ArrayList<>(List.of("harvest", "--model", model.toString()));
        arguments.addAll(List.of("--text", "assay/stories/1000", "--context", "32"));
        arguments.addAll(List.of("--hook", "blocks.1.hook_resid_post", "--hook", "blocks.0.hook_mlp_out"));
        arguments.addAll(List.of("--tokens", "20300", "--shard-rows", "500", "--type", "float16"));
        arguments.addAll(List.of("--out", folder.toString()));
        return arguments.toArray(String[]::new);
    }

    private static void finish(Path folder) throws Exception {
        StringWriter err = new StringWriter();
        int code = Assay.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), arguments(folder));
        assertEquals(0, code, err::toString);
    }

    private String error() {
        try {
            return Files.readString(temporary.resolve("error.txt"));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }
}
