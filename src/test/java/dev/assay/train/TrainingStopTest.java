package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.activation.CountingSource;
import dev.assay.io.FolderLock;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.metrics.ResumeNotice;
import dev.assay.train.plan.SweepResult;
import dev.assay.train.plan.TrainingInterruptedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are stopped between two steps, runs that another writer excludes, and runs whose page fails. */
@Tag("slow")
class TrainingStopTest {
    @TempDir
    private Path temporary;

    private SaeTrainer trainer(Path folder) {
        return SmallRun.trainer(SmallRun.source(), folder).checkpointEvery(Duration.ofHours(1));
    }

    @Test
    void stoppedRunWritesACheckpointAndResumesToEqualResults() throws IOException {
        List<float[]> whole = SmallRun.finish(temporary.resolve("whole"));
        Path folder = temporary.resolve("run");
        AtomicInteger checks = new AtomicInteger();
        SaeTrainer stopped = trainer(folder).stopWhen(() -> checks.incrementAndGet() > 14);
        TrainingInterruptedException interrupted = assertThrows(TrainingInterruptedException.class, stopped::train);
        assertTrue(interrupted.getMessage().contains("resume from step " + interrupted.step()), interrupted::toString);
        assertTrue(interrupted.step() > 0 && interrupted.step() < SmallRun.STEPS, interrupted::toString);
        assertEquals(1, SmallRun.checkpoints(folder).size());

        List<String> notices = new ArrayList<>();
        try (SparseAutoencoder sae =
                trainer(folder).listener(new ResumeNotice(notices::add)).train()) {
            List<float[]> resumed = SmallRun.numbers(sae);
            for (int i = 0; i < whole.size(); i++) {
                assertArrayEquals(whole.get(i), resumed.get(i));
            }
        }
        assertEquals(List.of("resuming from step " + interrupted.step() + " of " + SmallRun.STEPS), notices);
        assertEquals(SmallRun.metrics(temporary.resolve("whole")), SmallRun.metrics(folder));
    }

    @Test
    void stoppedSweepResumesToEqualResults() throws IOException {
        Map<String, List<float[]>> whole = SmallSweep.finish(temporary.resolve("whole"));
        Path folder = temporary.resolve("sweep");
        AtomicInteger checks = new AtomicInteger();
        SaeSweep stopped = SmallSweep.sweep(SmallSweep.source(), folder)
                .checkpointEvery(Duration.ofHours(1))
                .stopWhen(() -> checks.incrementAndGet() > 14);
        assertThrows(TrainingInterruptedException.class, stopped::train);
        SaeSweepTest.assertSame(whole, SmallSweep.finish(folder));
    }

    @Test
    @Timeout(60)
    void runThatWaitsForActivationsStops() {
        CountDownLatch blocked = new CountDownLatch(1);
        CountingSource stalled = SmallRun.source().listener(pass -> {
            if (pass > 12) {
                blocked.countDown();
                try {
                    new CountDownLatch(1).await(); // until the buffer is closed
                } catch (InterruptedException closed) {
                    throw new IOException(closed);
                }
            }
        });
        SaeTrainer trainer = SmallRun.trainer(stalled, temporary.resolve("run"))
                .checkpointEvery(Duration.ofHours(1))
                .stopWhen(() -> blocked.getCount() == 0);
        long step =
                assertThrows(TrainingInterruptedException.class, trainer::train).step();
        assertTrue(step < SmallRun.STEPS);
    }

    @Test
    void runWithoutOutputFolderSaysThatNothingIsSaved() {
        AtomicInteger checks = new AtomicInteger();
        SaeTrainer trainer = SaeTrainer.of(dev.assay.sae.TopK.of(3))
                .source(SmallRun.source())
                .dictionarySize(24)
                .tokens(1000)
                .batchSize(16)
                .progress(false)
                .stopWhen(() -> checks.incrementAndGet() > 3);
        String message =
                assertThrows(TrainingInterruptedException.class, trainer::train).getMessage();
        assertTrue(message.contains("no checkpoint is written"), message);
    }

    @Test
    void secondWriterIsRefusedAndChangesNothing() throws IOException {
        Path folder = temporary.resolve("run");
        SmallRun.finish(folder);
        List<String> metrics = Files.readAllLines(folder.resolve("metrics.jsonl"));
        try (FolderLock lock = FolderLock.in(folder)) {
            CompletionException refused = assertThrows(
                    CompletionException.class,
                    () -> CompletableFuture.runAsync(() -> {
                                try {
                                    trainer(folder).train().close();
                                } catch (IOException failure) {
                                    throw new AssertionError(failure);
                                }
                            })
                            .join());
            assertTrue(refused.getCause() instanceof InvalidInputException, refused::toString);
            assertTrue(refused.getMessage().contains("is being written by"), refused::toString);
        }
        assertEquals(metrics, Files.readAllLines(folder.resolve("metrics.jsonl")));
    }

    @Test
    void sweepLocksTheFoldersOfItsMembers() throws IOException {
        Path folder = temporary.resolve("sweep");
        List<String> refusals = new ArrayList<>();
        try (SweepResult result = SmallSweep.sweep(SmallSweep.source(), folder)
                .train(trained -> CompletableFuture.runAsync(() -> {
                            try {
                                FolderLock.in(folder.resolve("topk-3")).close();
                            } catch (IOException | InvalidInputException refused) {
                                refusals.add(refused.getMessage());
                            }
                        })
                        .join())) {
            assertEquals(1, refusals.size());
        }
    }

    @Test
    void failingPageCostsNeitherTheRunNorItsResult() throws IOException {
        Path folder = temporary.resolve("run");
        Path page = folder.resolve("report.html");
        Files.createDirectories(page.resolve("a folder instead of a page"));
        List<Long> saved = new ArrayList<>();
        trainer(folder).train(sae -> saved.add(sae.encoder().size())).close();
        assertEquals(1, saved.size());
        assertTrue(Files.isDirectory(page));
    }

    @Test
    void dictionaryIsSavedBeforeTheFinalPageIsDrawn() throws IOException {
        Path folder = temporary.resolve("run");
        trainer(folder)
                .train(sae -> assertFalse(Files.exists(folder.resolve("report.html"))
                        && Files.readString(folder.resolve("report.html")).contains(">done<")))
                .close();
        assertTrue(Files.readString(folder.resolve("report.html")).contains("done"));
    }
}
