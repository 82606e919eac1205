package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.ChildJvm;
import dev.assay.model.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Training on a full disk, simulated by the shell's limit on the size of files: a write fails after a part of the file. */
@DisabledOnOs(OS.WINDOWS)
@Tag("slow")
class DiskFullTest {
    @TempDir
    private Path folder;

    private Path out;
    private Path checkpoints;

    @BeforeEach
    void name() {
        out = folder.resolve("run");
        checkpoints = out.resolve("checkpoints");
    }

    @Test
    @Timeout(120)
    void fullDiskLeavesPreviousCheckpointsUnchanged() throws Exception {
        Process first = train(ChildJvm.UNLIMITED, "0");
        while (checkpoints().size() < 2) {
            assertTrue(first.isAlive(), () -> "ended early: " + error());
            Thread.sleep(10);
        }
        first.destroyForcibly().waitFor();
        List<Path> before = checkpoints();
        List<byte[]> contents = new ArrayList<>();
        for (Path file : before) {
            contents.add(Files.readAllBytes(file));
        }

        Process limited = train("256", "0"); // kibibytes
        assertEquals(2, limited.waitFor(), this::error);
        List<String> lines = error().lines().toList();
        assertEquals(2, lines.size(), this::error);
        assertTrue(lines.get(0).startsWith(out + ": resuming from step "), this::error);
        assertTrue(lines.get(1).startsWith("assay: " + checkpoints.resolve("step-")), this::error);
        assertEquals(before, checkpoints());
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(contents.get(i), Files.readAllBytes(before.get(i)));
        }

        Process again = train(ChildJvm.UNLIMITED, "60");
        assertEquals(0, again.waitFor(), this::error);
        assertTrue(Files.exists(out.resolve("cfg.json")));
    }

    private Process train(String largestFile, String checkpointSeconds) throws Exception {
        Path model = Fixtures.folder("gpt_neox");
        List<String> arguments =
                new ArrayList<>(List.of("train", "--model", model.toString(), "--text", "assay/stories/300"));
        arguments.addAll(List.of("--hook", "blocks.1.hook_resid_post", "--k", "4", "--d-sae", "64", "--context", "32"));
        arguments.addAll(List.of("--tokens", "20000", "--batch", "50", "--checkpoint-seconds", checkpointSeconds));
        arguments.addAll(List.of("--out", out.toString()));
        return ChildJvm.limited(largestFile, Assay.class, arguments.toArray(String[]::new))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("error.txt").toFile())
                .start();
    }

    private String error() {
        try {
            return Files.readString(folder.resolve("error.txt"));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    private List<Path> checkpoints() throws IOException {
        if (!Files.exists(checkpoints)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(checkpoints)) {
            return files.filter(file -> file.getFileName().toString().startsWith("step-"))
                    .sorted()
                    .toList();
        }
    }
}
