package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.ChildJvm;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sweep in a process of its own, killed without warning. */
@Tag("slow")
class SweepKillTest {
    @Test
    @Timeout(120)
    void resumesAKilledSweepToEqualResults(@TempDir Path temporary) throws Exception {
        Map<String, List<float[]>> uninterrupted = SmallSweep.finish(temporary.resolve("whole"));
        Path folder = temporary.resolve("sweep");
        for (int step : new int[] {1, 12, 24}) {
            killAfter(step, folder);
        }
        SaeSweepTest.assertSame(uninterrupted, SmallSweep.finish(folder));
        for (String name : uninterrupted.keySet()) {
            assertEquals(log(temporary.resolve("whole").resolve(name)), log(folder.resolve(name)), name);
        }
    }

    private static List<ObjectNode> log(Path folder) throws IOException {
        List<ObjectNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("metrics.jsonl"))) {
            ObjectNode metrics = (ObjectNode) Json.mapper().readTree(line);
            metrics.remove("details/tokens_per_second"); // the only metric that differs between equal runs
            lines.add(metrics);
        }
        return lines;
    }

    /** Starts or resumes the sweep, and kills it at a random moment of the steps after this one. */
    private static void killAfter(int step, Path folder) throws IOException, InterruptedException {
        Process process = ChildJvm.of(SmallSweep.class, folder.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            while (lastStep(folder) < step) {
                assertTrue(process.isAlive(), "the sweep ended by itself");
                Thread.sleep(5);
            }
            Thread.sleep(ThreadLocalRandom.current().nextInt(60));
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertTrue(lastStep(folder) < SmallSweep.STEPS, "the sweep was done before it was killed");
    }

    private static int lastStep(Path folder) throws IOException {
        Path checkpoints = folder.resolve("checkpoints");
        if (!Files.exists(checkpoints)) {
            return 0;
        }
        try (Stream<Path> entries = Files.list(checkpoints)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.matches("step-\\d+"))
                    .mapToInt(name -> Integer.parseInt(name.substring("step-".length())))
                    .max()
                    .orElse(0);
        }
    }
}
