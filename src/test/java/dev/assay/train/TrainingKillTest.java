package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A training in a process of its own, killed without warning. */
@Tag("slow")
class TrainingKillTest {
    @Test
    @Timeout(120)
    void resumesAKilledRunToEqualResults(@TempDir Path temporary) throws Exception {
        List<float[]> uninterrupted = SmallRun.finish(temporary.resolve("whole"));
        Path folder = temporary.resolve("run");
        for (int step : new int[] {1, 12, 24}) {
            killAfter(step, folder);
        }
        List<float[]> resumed = SmallRun.finish(folder);
        for (int i = 0; i < uninterrupted.size(); i++) {
            assertArrayEquals(uninterrupted.get(i), resumed.get(i)); // bit for bit
        }
        assertEquals(SmallRun.metrics(temporary.resolve("whole")), SmallRun.metrics(folder));
        assertEquals(2, SmallRun.checkpoints(folder).size());
    }

    /** Starts or resumes the run, and kills it at a random moment of the steps after this one. */
    private static void killAfter(int step, Path folder) throws IOException, InterruptedException {
        Process process = ChildJvm.of(SmallRun.class, folder.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            while (lastStep(folder) < step) {
                assertTrue(process.isAlive(), "the run ended by itself");
                Thread.sleep(5);
            }
            Thread.sleep(ThreadLocalRandom.current().nextInt(60));
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertTrue(lastStep(folder) < SmallRun.STEPS, "the run was done before it was killed");
    }

    private static int lastStep(Path folder) throws IOException {
        return SmallRun.checkpoints(folder).stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.startsWith("step-"))
                .mapToInt(name -> Integer.parseInt(name.substring("step-".length(), name.indexOf('.'))))
                .max()
                .orElse(0);
    }
}
