package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.CountingSource;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.plan.AuxiliaryLoss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class TrainingResumeTest {
    private static List<float[]> uninterrupted;
    private static List<String> metrics;

    @TempDir
    private Path folder;

    @BeforeAll
    static void runThrough(@TempDir Path whole) throws IOException {
        uninterrupted = SmallRun.finish(whole);
        metrics = SmallRun.metrics(whole);
    }

    @Test
    void logHasEachStepOnceAfterInterruptions() throws IOException {
        int step = 0;
        for (String line : metrics) {
            step += 10;
            JsonNode node = Json.mapper().readTree(line);
            assertEquals(step, node.get("step").intValue());
            assertEquals(
                    step * SmallRun.BATCH,
                    node.get("details/n_training_samples").intValue());
        }
        assertEquals(SmallRun.STEPS, step);
    }

    @Test
    void resumesAfterFailuresAtRandomStepsToEqualResults() throws IOException {
        SplittableRandom random = new SplittableRandom(4);
        for (int trial = 0; trial < 3; trial++) {
            Path run = folder.resolve("new/run" + trial);
            int failures = 0;
            boolean done = false;
            while (!done) {
                try (SparseAutoencoder sae = SmallRun.trainer(failingAfter(4 + random.nextInt(9)), run)
                        .train()) {
                    assertSame(SmallRun.numbers(sae));
                    done = true;
                } catch (IOException killed) {
                    failures++;
                    assertTrue(SmallRun.checkpoints(run).size() <= 2);
                }
            }
            assertTrue(failures > 2, "failures: " + failures);
            assertEquals(metrics, SmallRun.metrics(run));
        }
    }

    @Test
    void rerunningACompleteRunChangesNothing() throws IOException {
        assertSame(SmallRun.finish(folder));
        assertSame(SmallRun.finish(folder));
        assertEquals(metrics, SmallRun.metrics(folder));
    }

    @Test
    void runWithoutOutputTrainsTheSameDictionary() throws IOException {
        assertSame(SmallRun.finish(null));
    }

    @Test
    void refusesToResumeWithAChangedOptionByName() throws IOException {
        interrupt(12);
        refuses(trainer -> trainer.dictionarySize(25), "dSae is 24 in this run, 25 was asked for");
        refuses(trainer -> trainer.seed(4), "seed is 3 in this run, 4 was asked for");
        refuses(trainer -> trainer.batchSize(8), "batch is 16 in this run, 8 was asked for");
        refuses(trainer -> trainer.tokens(999), "tokens is 645 in this run, 999 was asked for");
        refuses(trainer -> trainer.learningRate(0.5), "optimizer.learningRate is ");
        refuses(
                trainer -> trainer.auxiliaryLoss(AuxiliaryLoss.none()),
                "revival.auxiliary.coefficient is 0.03125 in this run");
        refuses(trainer -> trainer.deadAfter(50), "revival.dead.tokens is 100 in this run, 50 was asked for");
        refuses(trainer -> trainer.centresInput(false), "centresInput is true in this run, false was asked for");
        refuses(trainer -> trainer.normalizesActivations(false), "normalizes is true in this run");
        refuses(trainer -> trainer.bufferRows(80), "the buffer has 64 rows in this run, 80 were asked for");
        refuses(
                trainer -> SaeTrainer.of(TopK.of(4))
                        .source(SmallRun.source())
                        .dictionarySize(24)
                        .tokens(645)
                        .batchSize(16)
                        .output(folder),
                "architecture.k is 3 in this run, 4 was asked for");
        assertSame(SmallRun.finish(folder)); // all that left the run alone
    }

    private void refuses(UnaryOperator<SaeTrainer> change, String message) {
        SaeTrainer changed = change.apply(SmallRun.trainer(SmallRun.source(), folder));
        String found = assertThrows(InvalidInputException.class, changed::train).getMessage();
        assertTrue(found.contains(message), found);
        assertEquals(1, found.lines().count());
    }

    @Test
    void refusesAForeignCheckpointFileInOneSentence() throws IOException {
        interrupt(12);
        List<Path> files = SmallRun.checkpoints(folder);
        Path last = files.get(files.size() - 1);
        Files.copy(
                Path.of("src/test/resources/dev/assay/train/batches.safetensors"),
                last,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        String message = assertThrows(InvalidInputException.class, () -> SmallRun.finish(folder))
                .getMessage();
        assertEquals(last + " is no checkpoint of a training run: its metadata has no \"assay\"", message);
    }

    @Test
    void refusesNullMetadataOfACheckpointInOneSentence() throws IOException {
        interrupt(12);
        List<Path> files = SmallRun.checkpoints(folder);
        Path last = files.get(files.size() - 1);
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            Safetensors.write(last, Map.of("x", manager.zeros(new Shape(1))), Map.of("assay", "null"));
        }
        String message = assertThrows(InvalidInputException.class, () -> SmallRun.finish(folder))
                .getMessage();
        assertEquals(last + ": \"assay\" in its metadata is null, expected a JSON object", message);
    }

    @Test
    void failedWriteKeepsThePreviousCheckpoint() throws IOException {
        // A file cannot take the place of a folder that is not empty.
        Path obstacle = folder.resolve("checkpoints/step-0000000021.safetensors");
        Files.createDirectories(obstacle);
        Files.createFile(obstacle.resolve("something"));
        assertThrows(IOException.class, () -> SmallRun.finish(folder));
        Files.delete(obstacle.resolve("something"));
        Files.delete(obstacle);
        assertEquals(
                List.of("step-0000000019.safetensors", "step-0000000020.safetensors"),
                SmallRun.checkpoints(folder).stream()
                        .map(file -> file.getFileName().toString())
                        .toList());
        assertSame(SmallRun.finish(folder));
        assertEquals(metrics, SmallRun.metrics(folder));
    }

    @Test
    void deletesPartialFilesOfKilledWrites() throws IOException {
        interrupt(12);
        Path remains = folder.resolve(
                "checkpoints/.step-0000000003.safetensors.00000000-0000-0000-0000-000000000000.assay-tmp");
        Files.writeString(remains, "half a checkpoint");
        assertSame(SmallRun.finish(folder));
        assertEquals(2, SmallRun.checkpoints(folder).size());
    }

    private void interrupt(int passes) {
        assertThrows(
                IOException.class,
                () -> SmallRun.trainer(failingAfter(passes), folder).train());
    }

    /** A source that fails after some passes, wherever it was started. */
    private static CountingSource failingAfter(int passes) {
        int[] left = {passes};
        return SmallRun.source().listener(pass -> {
            if (--left[0] == 0) {
                throw new IOException("killed");
            }
        });
    }

    private void assertSame(List<float[]> found) {
        for (int i = 0; i < uninterrupted.size(); i++) {
            assertArrayEquals(uninterrupted.get(i), found.get(i)); // bit for bit
        }
    }
}
