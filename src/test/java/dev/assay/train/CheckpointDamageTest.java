package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.train.plan.TrainingInterruptedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints with a flipped bit. */
@Tag("slow")
class CheckpointDamageTest {
    @TempDir
    private Path temporary;

    private Path folder;

    private List<Path> stoppedRun(boolean everyStep) {
        folder = temporary.resolve("run");
        AtomicInteger checks = new AtomicInteger();
        SaeTrainer trainer = SmallRun.trainer(SmallRun.source(), folder)
                .checkpointEvery(everyStep ? Duration.ZERO : Duration.ofHours(1))
                .stopWhen(() -> checks.incrementAndGet() > 12);
        assertThrows(TrainingInterruptedException.class, trainer::train);
        try {
            return SmallRun.checkpoints(folder);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static void flip(Path file, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 2;
        Files.write(file, bytes);
    }

    @Test
    void resumesFromTheCheckpointBeforeADamagedOne() throws IOException {
        List<float[]> whole = SmallRun.finish(temporary.resolve("whole"));
        List<Path> checkpoints = stoppedRun(true);
        assertEquals(2, checkpoints.size());
        Path newest = checkpoints.get(1);
        flip(newest, (int) Files.size(newest) - 1000);
        List<float[]> resumed = SmallRun.finish(folder);
        for (int i = 0; i < whole.size(); i++) {
            assertArrayEquals(whole.get(i), resumed.get(i));
        }
        assertTrue(Files.exists(newest.resolveSibling(newest.getFileName() + ".damaged")));
    }

    @Test
    void refusesTheOnlyCheckpointWhenAnyPartOfItIsDamaged() throws IOException {
        Path file = stoppedRun(false).get(0);
        byte[] sound = Files.readAllBytes(file);
        String header = new String(sound, 0, 4000, StandardCharsets.ISO_8859_1);
        int digit = header.indexOf("steps\\\":") + "steps\\\":".length();
        assertTrue(digit > 100);
        for (int offset : new int[] {digit, sound.length / 2, sound.length - 1}) {
            Files.write(file, sound);
            flip(file, offset);
            String message = assertThrows(InvalidInputException.class, () -> SmallRun.finish(folder))
                    .getMessage();
            assertTrue(message.startsWith(file + " is damaged: its checksum is "), message);
        }
        Files.write(file, sound);
        SmallRun.finish(folder);
    }

    @Test
    void sweepResumesFromTheCheckpointBeforeADamagedOne() throws IOException {
        Map<String, List<float[]>> whole = SmallSweep.finish(temporary.resolve("whole"));
        folder = temporary.resolve("sweep");
        AtomicInteger checks = new AtomicInteger();
        SaeSweep sweep = SmallSweep.sweep(SmallSweep.source(), folder).stopWhen(() -> checks.incrementAndGet() > 8);
        assertThrows(TrainingInterruptedException.class, sweep::train);
        List<Path> checkpoints = SmallRun.checkpoints(folder);
        Path newest = checkpoints.get(checkpoints.size() - 1);
        Path member = newest.resolve("jumprelu.safetensors");
        flip(member, (int) Files.size(member) - 200);
        SaeSweepTest.assertSame(whole, SmallSweep.finish(folder));
        assertTrue(Files.exists(newest.resolveSibling(newest.getFileName() + ".damaged")));
    }
}
