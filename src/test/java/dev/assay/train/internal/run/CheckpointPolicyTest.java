package dev.assay.train.internal.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.activation.CountingSource;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.SaeTrainer;
import dev.assay.train.SmallRun;
import dev.assay.train.plan.BestCheckpoint;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which checkpoints stay, which one is the best, and what happens to those that something has damaged. */
@Tag("slow")
class CheckpointPolicyTest {
    private static final String MSE = "losses/mse_loss";
    private static List<float[]> uninterrupted;

    @TempDir
    private Path folder;

    private final List<String> warnings = new ArrayList<>();
    private final Logger logger = Logger.getLogger("dev.assay.train.internal.run");
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord message) {
            warnings.add(message.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeAll
    static void runThrough() throws IOException {
        uninterrupted = SmallRun.finish(null);
    }

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void hangUp() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }

    @Test
    void keepsTheNewestCheckpoints() throws IOException {
        trainer().keepCheckpoints(3).train().close();
        assertEquals(
                List.of("step-0000000038.safetensors", "step-0000000039.safetensors", "step-0000000040.safetensors"),
                names());
        trainer().keepCheckpoints(1).train().close(); // the run is done, nothing is written
        assertEquals(3, names().size());
        assertEquals(
                "the checkpoints to keep are 0, expected at least 1",
                assertThrows(InvalidInputException.class, () -> trainer().keepCheckpoints(0))
                        .getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheBestCheckpointThroughInterruptions(BestCheckpoint.Goal goal) throws IOException {
        List<Double> losses = lossesOfAllSteps();
        double wanted = goal == BestCheckpoint.Goal.MIN ? Collections.min(losses) : Collections.max(losses);
        int best = losses.indexOf(wanted) + 1;
        assertTrue(best > 1 && best < SmallRun.STEPS, "the best step is just the first or the last");
        int interruptions = 0;
        for (boolean done = false; !done; ) {
            SaeTrainer trainer = SmallRun.trainer(failingAfter(8), folder).bestBy(MSE, goal);
            try (SparseAutoencoder sae = trainer.train()) {
                assertSame(uninterrupted, SmallRun.numbers(sae));
                done = true;
            } catch (IOException killed) {
                interruptions++;
            }
        }
        assertTrue(interruptions > 3, "interruptions: " + interruptions);
        TrainingCheckpoints.Header header = TrainingCheckpoints.header(folder.resolve("checkpoints/best.safetensors"));
        assertEquals(best, header.steps());
        assertEquals(wanted, header.metrics().get(MSE).doubleValue());
        assertEquals(3, names().size());
        try (SparseAutoencoder sae = trainer().best()) {
            assertSame(dictionaryAfter(best), SmallRun.numbers(sae));
        }
        assertEquals(List.of(), warnings);
    }

    /** The losses of the batches after which a checkpoint was written: of all, since one is written after every step. */
    private List<Double> lossesOfAllSteps() throws IOException {
        Path all = folder.resolve("all");
        SmallRun.trainer(SmallRun.source(), all).keepCheckpoints(99).train().close();
        List<Double> losses = new ArrayList<>();
        for (Path file : SmallRun.checkpoints(all)) {
            losses.add(TrainingCheckpoints.header(file).metrics().get(MSE).doubleValue());
        }
        assertEquals(SmallRun.STEPS, losses.size());
        return losses;
    }

    /** What a run that had ended after some steps gives: its checkpoint stands where the best one would be. */
    private List<float[]> dictionaryAfter(int step) throws IOException {
        Path other = folder.resolve("other");
        Files.createDirectories(other.resolve("checkpoints"));
        Files.copy(
                folder.resolve(String.format("all/checkpoints/step-%010d.safetensors", step)),
                other.resolve("checkpoints/best.safetensors"));
        try (SparseAutoencoder sae = SmallRun.trainer(SmallRun.source(), other).best()) {
            return SmallRun.numbers(sae);
        }
    }

    @Test
    void refusesAnUnknownMetricAtTheFirstStep() throws IOException {
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> trainer()
                                .bestBy("metrics/beauty", BestCheckpoint.Goal.MAX)
                                .train())
                .getMessage();
        assertTrue(message.startsWith("the best state is by the metric \"metrics/beauty\", expected one of "), message);
        assertTrue(message.contains("metrics/explained_variance"), message);
        assertEquals(List.of(), names());
    }

    @Test
    void skipsATruncatedCheckpointWithAWarning() throws IOException {
        interrupt(12);
        for (long size : new long[] {-1, 1000, 5, 0}) {
            warnings.clear();
            List<String> before = names();
            Path last = folder.resolve("checkpoints").resolve(before.get(before.size() - 1));
            truncate(last, size < 0 ? Files.size(last) - 1 : size);
            interrupt(7);
            assertEquals(1, warnings.size());
            String warning = warnings.get(0);
            assertTrue(warning.startsWith(last.toString()), warning);
            assertTrue(warning.contains("; the run resumes from " + before.get(before.size() - 2)), warning);
            assertTrue(warning.endsWith("is renamed to " + last.getFileName() + ".damaged"), warning);
            assertEquals(1, warning.lines().count());
            assertTrue(Files.deleteIfExists(last.resolveSibling(last.getFileName() + ".damaged")));
        }
        assertSame(uninterrupted, SmallRun.finish(folder));
    }

    @Test
    void refusesARunWhoseCheckpointsAreAllDamaged() throws IOException {
        interrupt(12);
        List<String> before = names();
        for (String name : before) {
            truncate(folder.resolve("checkpoints").resolve(name), 1000);
        }
        String message = assertThrows(InvalidInputException.class, () -> SmallRun.finish(folder))
                .getMessage();
        assertTrue(message.contains(before.get(before.size() - 1)), message);
        assertEquals(1, message.lines().count(), message);
        assertEquals(before, names());
    }

    @Test
    void replacesADamagedBestCheckpoint() throws IOException {
        assertThrows(
                IOException.class,
                () -> byLoss(SmallRun.trainer(failingAfter(12), folder)).train());
        Path best = folder.resolve("checkpoints/best.safetensors");
        truncate(best, 1000);
        byLoss(trainer()).train().close();
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).startsWith(best.toString()), warnings.get(0));
        assertTrue(warnings.get(0).endsWith("; the next checkpoint takes its place"), warnings.get(0));
        byLoss(trainer()).best().close();
    }

    @Test
    void refusesABestCheckpointOfAnotherRun() throws IOException {
        byLoss(trainer()).train().close();
        for (String name : names()) {
            if (name.startsWith("step")) {
                Files.delete(folder.resolve("checkpoints").resolve(name));
            }
        }
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> byLoss(trainer()).seed(4).train())
                .getMessage();
        assertTrue(message.contains("best.safetensors: seed is 3 in this run, 4 was asked for"), message);
    }

    @Test
    void keepsNoBestCheckpointByDefault() throws IOException {
        trainer().train().close();
        assertFalse(names().contains("best.safetensors"));
        InvalidInputException refused =
                assertThrows(InvalidInputException.class, () -> trainer().best());
        assertTrue(refused.getMessage().contains("best.safetensors"), refused.getMessage());
    }

    private SaeTrainer trainer() {
        return SmallRun.trainer(SmallRun.source(), folder);
    }

    private static SaeTrainer byLoss(SaeTrainer trainer) {
        return trainer.bestBy(MSE, BestCheckpoint.Goal.MIN);
    }

    private void interrupt(int passes) {
        assertThrows(
                IOException.class,
                () -> SmallRun.trainer(failingAfter(passes), folder).train());
    }

    private static CountingSource failingAfter(int passes) {
        int[] left = {passes};
        return SmallRun.source().listener(pass -> {
            if (--left[0] == 0) {
                throw new IOException("killed");
            }
        });
    }

    private static void truncate(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    private List<String> names() throws IOException {
        return SmallRun.checkpoints(folder).stream()
                .map(file -> file.getFileName().toString())
                .toList();
    }

    private static void assertSame(List<float[]> expected, List<float[]> found) {
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), found.get(i)); // bit for bit
        }
    }
}
