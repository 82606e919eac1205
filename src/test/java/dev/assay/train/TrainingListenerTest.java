package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.CountingSource;
import dev.assay.io.Json;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.train.internal.run.TrainingCheckpoints;
import dev.assay.train.metrics.HeldOutMetrics;
import dev.assay.train.metrics.RunInfo;
import dev.assay.train.metrics.TrainingListener;
import dev.assay.train.metrics.TrainingProgress;
import dev.assay.train.plan.BestCheckpoint;
import dev.assay.train.plan.SweepResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners and evaluation on held-out data, of single runs and sweeps. */
@Tag("slow")
class TrainingListenerTest {
    @TempDir
    private Path folder;

    /** Keeps every call. */
    private static final class Recorder implements TrainingListener {
        private final List<String> calls = new ArrayList<>();
        private final Map<String, Map<String, Number>> metrics = new LinkedHashMap<>();

        @Override
        public void start(RunInfo run, TrainingProgress progress) {
            assertEquals(run.title(), progress.run());
            assertEquals(run.steps(), progress.steps());
            calls.add("start " + progress.run() + " " + progress.step());
        }

        @Override
        public void step(TrainingProgress progress, Map<String, Number> numbers) {
            calls.add("step " + progress.run() + " " + progress.step());
            metrics.put(progress.run() + " " + progress.step(), numbers);
        }

        @Override
        public void finish(TrainingProgress progress) {
            calls.add("finish " + progress.run() + " " + progress.step() + " " + progress.done());
        }
    }

    @Test
    void listenerReceivesTheLoggedMetrics() throws IOException {
        Recorder recorder = new Recorder();
        Path run = folder.resolve("first");
        SmallRun.trainer(SmallRun.source(), run).listener(recorder).train().close();
        assertEquals(
                List.of(
                        "start first 0",
                        "step first 10",
                        "step first 20",
                        "step first 30",
                        "step first 40",
                        "finish first 40 true"),
                recorder.calls);
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            JsonNode node = Json.mapper().readTree(line);
            Map<String, Number> metrics = recorder.metrics.get("first " + node.get("step"));
            assertEquals(node.size() - 1, metrics.size());
            metrics.forEach((name, value) -> assertEquals(node.get(name).doubleValue(), value.doubleValue(), name));
        }
    }

    @Test
    void listenerOfAResumedRunStartsAtTheCheckpoint() throws IOException {
        int[] passes = {22};
        CountingSource failing = SmallRun.source().listener(pass -> {
            if (--passes[0] == 0) {
                throw new IOException("killed");
            }
        });
        Recorder first = new Recorder();
        assertThrows(
                IOException.class,
                () -> SmallRun.trainer(failing, folder).listener(first).train());
        String end = first.calls.get(first.calls.size() - 1);
        assertTrue(end.startsWith("finish ") && end.endsWith(" false"), end);
        Recorder second = new Recorder();
        SmallRun.trainer(SmallRun.source(), folder).listener(second).train().close();
        assertEquals(
                end.replace("finish", "start").replace(" false", ""),
                second.calls.get(0),
                "the last checkpoint is that of the last step");
    }

    @Test
    void sweepCallsItsListenersForEveryMember() throws IOException {
        Recorder ofSweep = new Recorder();
        Recorder ofMember = new Recorder();
        try (SweepResult result = SaeSweep.of(SmallRun.source())
                .tokens(16 * 20)
                .batchSize(16)
                .bufferRows(64)
                .progress(false)
                .listener(ofSweep)
                .member("a", () -> SaeTrainer.of(TopK.of(2)).dictionarySize(16).listener(ofMember))
                .member("b", () -> SaeTrainer.of(TopK.of(3)).dictionarySize(16))
                .member("refused", () -> SaeTrainer.of(TopK.of(99)).dictionarySize(16))
                .train()) {
            assertEquals(1, result.failures().size());
        }
        assertEquals(
                List.of(
                        "start a 0",
                        "start b 0",
                        "step a 10",
                        "step b 10",
                        "step a 20",
                        "step b 20",
                        "finish a 20 true",
                        "finish b 20 true"),
                ofSweep.calls);
        assertEquals(ofSweep.calls.stream().filter(call -> call.contains(" a ")).toList(), ofMember.calls);
        assertTrue(ofSweep.metrics.get("b 20").get("details/tokens_per_second").doubleValue() > 0);
    }

    @Test
    void failingListenerStopsTheRunWithItsName() throws IOException {
        RuntimeException cause = new IllegalArgumentException("no window");
        TrainingListener failing = (progress, metrics) -> {
            if (progress.step() == 20) {
                throw cause;
            }
        };
        IllegalStateException failure = assertThrows(
                IllegalStateException.class,
                () -> SmallRun.trainer(SmallRun.source(), folder.resolve("run"))
                        .listener(failing)
                        .train());
        assertSame(cause, failure.getCause());
        assertTrue(
                failure.getMessage().startsWith("the training listener " + TrainingListenerTest.class.getName())
                        && failure.getMessage().endsWith(" failed at step 20 of run: " + cause),
                failure.getMessage());
        assertEquals(0, CountingSource.producers());
        List<float[]> expected = SmallRun.finish(null);
        List<float[]> resumed = SmallRun.finish(folder.resolve("run"));
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), resumed.get(i));
        }

        SaeSweep sweep = SmallSweep.sweep(SmallSweep.source(), null).listener((progress, metrics) -> {
            throw new InvalidInputException("not a failure of the member");
        });
        assertThrows(IllegalStateException.class, sweep::train);
    }

    /** Counts its calls: the value of step n is larger than that of any earlier step, except for the third call. */
    private static HeldOutMetrics counter(int[] calls) {
        return dictionary -> {
            assertEquals(24, dictionary.dSae());
            calls[0]++;
            return Map.of("calls", calls[0] == 3 ? 99.0 : calls[0]);
        };
    }

    @Test
    void heldOutMetricsAreLoggedEveryFewStepsAndLast() throws IOException {
        Recorder recorder = new Recorder();
        List<float[]> expected = SmallRun.finish(null);
        try (SparseAutoencoder sae = SmallRun.trainer(SmallRun.source(), folder)
                .listener(recorder)
                .evaluateEvery(7, counter(new int[1]))
                .train()) {
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i), SmallRun.numbers(sae).get(i));
            }
        }
        List<String> evaluated = recorder.metrics.entrySet().stream()
                .filter(entry -> entry.getValue().containsKey("evaluation/calls"))
                .map(entry -> entry.getKey().replaceAll(".* ", ""))
                .toList();
        assertEquals(List.of("7", "14", "21", "28", "35", "40"), evaluated);
        assertTrue(Files.readString(folder.resolve("metrics.jsonl")).contains("\"step\":7,"));
        assertTrue(Files.readString(folder.resolve("report.html")).contains("<h2>calls</h2>"));
    }

    @Test
    void bestCheckpointFollowsAHeldOutMetric() throws IOException {
        SaeTrainer trainer = SmallRun.trainer(SmallRun.source(), folder)
                .checkpointEvery(Duration.ofHours(1))
                .evaluateEvery(7, counter(new int[1]))
                .bestBy("evaluation/calls", BestCheckpoint.Goal.MAX);
        trainer.train().close();
        try (SparseAutoencoder best = trainer.best()) {
            assertEquals(24, best.dSae());
        }
        assertEquals(
                21,
                TrainingCheckpoints.header(folder.resolve("checkpoints/best.safetensors"))
                        .steps());
    }

    @Test
    void withheldMetricIsADashAndHasNoBestCheckpoint() throws IOException {
        SaeTrainer trainer = SmallRun.trainer(SmallRun.source(), folder)
                .evaluateEvery(7, dictionary -> Map.of("loss_recovered", Double.NaN, "ratio", Double.POSITIVE_INFINITY))
                .bestBy("evaluation/loss_recovered", BestCheckpoint.Goal.MAX);
        trainer.train().close();
        String message =
                assertThrows(InvalidInputException.class, trainer::best).getMessage();
        assertTrue(message.endsWith("the metric of the best state had no finite value at any checkpoint"), message);
        String page = Files.readString(folder.resolve("report.html"));
        assertTrue(page.contains("<dd>–</dd>") && page.contains("<dd>∞</dd>"), page);
        assertFalse(page.contains("NaN") || page.contains("9,223,372,036,854,775,807"));
    }

    @Test
    void bestCheckpointByAnUnmeasuredMetricIsRefused() {
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> SmallRun.trainer(SmallRun.source(), folder)
                                .bestBy("evaluation/calls", BestCheckpoint.Goal.MAX)
                                .train())
                .getMessage();
        assertTrue(message.contains("evaluation/calls") && message.contains("held-out"), message);
        assertFalse(Files.exists(folder.resolve("checkpoints")));
    }

    @Test
    void membersOfASweepKeepTheirBestCheckpoint() throws IOException {
        SaeSweep sweep = SmallSweep.sweep(SmallSweep.source(), folder)
                .member(
                        "with-best",
                        List.of(SmallSweep.FIRST),
                        () -> SmallSweep.members()
                                .get("topk-3")
                                .get()
                                .bestBy("losses/mse_loss", BestCheckpoint.Goal.MIN));
        Path alone = folder.resolve("alone");
        SaeTrainer trainer = SmallSweep.members()
                .get("topk-3")
                .get()
                .source(SmallSweep.firstSite())
                .tokens(SmallSweep.BATCH * SmallSweep.STEPS + 5)
                .batchSize(SmallSweep.BATCH)
                .bufferRows(64)
                .shuffleSeed(7)
                .progress(false)
                .output(alone)
                .checkpointEvery(Duration.ZERO)
                .bestBy("losses/mse_loss", BestCheckpoint.Goal.MIN);
        trainer.train().close();
        sweep.train().close();
        try (SparseAutoencoder expected = trainer.best();
                SparseAutoencoder found = sweep.best("with-best")) {
            SaeSweepTest.assertSame(
                    Map.of("best", SmallRun.numbers(expected)), Map.of("best", SmallRun.numbers(found)));
        }
        assertFalse(Files.exists(folder.resolve("topk-3/checkpoints")));
    }

    @Test
    void sharedSettingsOfAMemberAreRefusedByName() {
        SaeSweep sweep = SaeSweep.of(SmallRun.source())
                .tokens(160)
                .batchSize(16)
                .member("a", () -> SaeTrainer.of(TopK.of(2)).dictionarySize(16).keepCheckpoints(5));
        String message = assertThrows(InvalidInputException.class, sweep::train).getMessage();
        assertEquals(
                "the member \"a\" sets keepCheckpoints, expected settings that all members share on the sweep only",
                message);
    }
}
