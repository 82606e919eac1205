package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.activation.CountingSource;
import dev.assay.checkpoint.Safetensors;
import dev.assay.sae.Sites;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.SweepOutcome;
import dev.assay.train.plan.SweepResult;
import dev.assay.train.spi.OptimizerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SaeSweepTest {
    @TempDir
    private Path folder;

    static void assertSame(Map<String, List<float[]>> expected, Map<String, List<float[]>> found) {
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, numbers) -> {
            for (int i = 0; i < numbers.size(); i++) {
                assertArrayEquals(numbers.get(i), found.get(name).get(i), name); // bit for bit
            }
        });
    }

    @Test
    void memberEqualsTheSameTrainerAlone() throws IOException {
        try (SweepResult result =
                SmallSweep.sweep(SmallSweep.source(), folder.resolve("sweep")).train()) {
            for (Map.Entry<String, Supplier<SaeTrainer>> member :
                    SmallSweep.members().entrySet()) {
                assertSameAlone(member.getValue().get().source(SmallSweep.firstSite()), member.getKey(), result);
            }
            assertSameAlone(SmallSweep.transcoder().source(SmallSweep.source()), "transcoder", result);
            assertEquals(4, result.dictionary("second").dIn());
            assertEquals(
                    SmallSweep.SECOND, result.dictionary("second").metadata().requiredHookName());
        }
    }

    private static void assertSameAlone(SaeTrainer trainer, String name, SweepResult result) throws IOException {
        trainer.tokens(SmallSweep.BATCH * SmallSweep.STEPS + 5)
                .batchSize(SmallSweep.BATCH)
                .bufferRows(64)
                .shuffleSeed(7)
                .progress(false);
        try (SparseAutoencoder alone = trainer.train()) {
            assertSame(Map.of(name, SmallRun.numbers(alone)), Map.of(name, SmallRun.numbers(result.dictionary(name))));
            for (String field : List.of("hook_name", "training")) {
                assertEquals(
                        alone.metadata().get(field),
                        result.dictionary(name).metadata().get(field),
                        field);
            }
        }
    }

    @Test
    void failureOfAMemberStopsThatMemberOnly() throws IOException {
        Map<String, List<float[]>> expected = SmallSweep.finish(null);
        for (int run = 0; run < 2; run++) { // the second one finds it written down
            SaeSweep sweep = SmallSweep.sweep(SmallSweep.source(), folder)
                    .member(
                            "too-many",
                            List.of(SmallSweep.FIRST),
                            () -> SaeTrainer.of(TopK.of(9)).dictionarySize(8))
                    .member(
                            "out-of-range",
                            List.of(SmallSweep.FIRST),
                            () -> SaeTrainer.of(BatchTopKTraining.of(-1)).dictionarySize(8))
                    .member(
                            "explodes",
                            List.of(SmallSweep.FIRST),
                            () -> SaeTrainer.of(TopK.of(3))
                                    .dictionarySize(24)
                                    .optimizer(new OptimizerOptions(1e30, 0.9, 0.999, 0, 0, 0, false)));
            try (SweepResult result = sweep.train()) {
                assertSame(expected, SmallSweep.numbers(result));
                Map<String, String> failures = new HashMap<>();
                result.failures()
                        .forEach(outcome -> failures.put(
                                outcome.member().name(), outcome.failure().orElseThrow()));
                assertEquals(Set.of("too-many", "out-of-range", "explodes"), failures.keySet());
                assertTrue(failures.get("too-many").contains("k is 9"), failures.toString());
                assertTrue(failures.get("out-of-range").contains("k is -1"), failures.toString());
                assertTrue(
                        failures.get("explodes")
                                .matches("batch \\d+ of .* not a finite number although its activations.*"),
                        failures.toString());
                assertThrows(NoSuchElementException.class, () -> result.dictionary("explodes"));
            }
            try (Safetensors stopped = Safetensors.open(folder.resolve("explodes/stopped.safetensors"))) {
                assertTrue(stopped.has("encoder") && stopped.has("refused_batch"));
            }
        }
    }

    @Test
    void activationsThatAreNotFiniteStopMembersOfThatSiteOnly() throws IOException {
        CountingSource source = SmallSweep.source().notANumberAt(150); // in the first site's first column
        try (SweepResult result = SmallSweep.sweep(source, null).train()) {
            assertEquals(7, result.failures().size()); // the transcoder reads that site, too
            for (SweepOutcome outcome : result.failures()) {
                String failure = outcome.failure().orElseThrow();
                assertTrue(
                        failure.contains(SmallSweep.FIRST)
                                && failure.contains("of counting on numbers has 1 values that are not finite"),
                        failure);
            }
            List<float[]> second = SmallSweep.finish(null).get("second");
            assertSame(Map.of("second", second), SmallSweep.numbers(result));
        }
    }

    @Test
    void resumesAfterFailuresAtRandomStepsToEqualResults() throws IOException {
        Map<String, List<float[]>> expected = SmallSweep.finish(null);
        SplittableRandom random = new SplittableRandom(4);
        int failures = 0;
        boolean done = false;
        while (!done) {
            int[] left = {4 + random.nextInt(9)};
            CountingSource failing = SmallSweep.source().listener(pass -> {
                if (left[0]-- == 0) {
                    throw new IOException("the disk is gone");
                }
            });
            try (SweepResult result = SmallSweep.sweep(failing, folder)
                    .checkpointEvery(Duration.ofMillis(40))
                    .train()) {
                assertSame(expected, SmallSweep.numbers(result));
                done = true;
            } catch (IOException killed) {
                failures++;
            }
        }
        assertTrue(failures > 2, "failures: " + failures);
        assertSame(expected, SmallSweep.finish(folder)); // a sweep that is done stays as it is
    }

    @Test
    void refusesCheckpointOfAnotherSweepByField() throws IOException {
        SmallSweep.sweep(SmallSweep.source(), folder)
                .checkpointEvery(Duration.ofHours(1))
                .train()
                .close();
        refuses(
                SmallSweep.sweep(SmallSweep.source(), folder)
                        .member("more", () -> SaeTrainer.of(TopK.of(1)).dictionarySize(8)),
                "the members are topk-3, topk-3-seed4, topk-2-by-norm, batchtopk-2, jumprelu, resampled, second, transcoder in this sweep");
        refuses(SmallSweep.sweep(SmallSweep.source(), folder).shuffleSeed(8), "the shuffling seed is 7 in this run");
        refuses(
                SmallSweep.sweep(SmallSweep.source(), folder).tokens(999),
                "tokens is 645 in this run, 999 was asked for");
        refuses(SmallSweep.sweep(SmallSweep.source().part("other"), folder), "part is all in this run");
        assertFalse(Files.exists(folder.resolve("more")));
    }

    @Test
    void refusesInvalidNamesAndSites() {
        SaeSweep sweep = SmallSweep.sweep(SmallSweep.source(), null);
        Supplier<SaeTrainer> any = () -> SaeTrainer.of(TopK.of(1)).dictionarySize(8);
        String taken = assertThrows(InvalidInputException.class, () -> sweep.member("second", any))
                .getMessage();
        assertTrue(taken.contains("duplicate member name \"second\""), taken);
        String elsewhere = assertThrows(
                        InvalidInputException.class, () -> sweep.member("third", List.of("blocks.9.hook_mlp_out"), any))
                .getMessage();
        assertTrue(elsewhere.contains("expected one of " + SmallSweep.FIRST), elsewhere);
        for (String name : List.of("", "a/b", "checkpoints", "..", "buffer")) {
            assertThrows(
                    InvalidInputException.class, () -> new SweepMember(name, null, Sites.of("site", 4), "none"), name);
        }
        refuses(SaeSweep.of(SmallSweep.source()).tokens(100), "the sweep has no members");
    }

    @Test
    void writesMetricsPerMemberAndOneCheckpointFolder() throws IOException {
        SmallSweep.finish(folder);
        for (String name : List.of("topk-3", "topk-3-seed4", "topk-2-by-norm", "second")) {
            assertEquals(
                    4,
                    Files.readAllLines(folder.resolve(name).resolve("metrics.jsonl"))
                            .size());
        }
        try (Stream<Path> checkpoints = Files.list(folder.resolve("checkpoints"))) {
            assertEquals(
                    List.of("step-0000000040"),
                    checkpoints
                            .map(path -> path.getFileName().toString())
                            .sorted()
                            .toList());
        }
    }

    private static void refuses(SaeSweep sweep, String message) {
        String found = assertThrows(InvalidInputException.class, sweep::train).getMessage();
        assertTrue(found.contains(message), found);
        assertEquals(1, found.lines().count());
    }
}
