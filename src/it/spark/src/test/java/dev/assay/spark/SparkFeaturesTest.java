package dev.assay.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.feature.scan.FeatureScan;
import dev.assay.feature.scan.ScanOptions;
import dev.assay.feature.store.FeatureStore;
import dev.assay.run.Run;
import dev.assay.run.RunLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparkFeaturesTest {
    private static final long TOKENS = 6000;

    @TempDir
    private static Path folder;

    private static Path dictionary;
    private static Map<String, String> expected;

    @BeforeAll
    static void collectOnOneMachine() throws IOException {
        dictionary = StoryRun.train(folder.resolve("run"));
        expected = single(Run.loader(), TOKENS);
        assertEquals(2, expected.size(), expected.toString());
    }

    /** Collects a store of one machine and deletes it. */
    private static Map<String, String> single(RunLoader loader, long tokens) throws IOException {
        Path features;
        try (Run run = loader.featureTokens(tokens).open(dictionary)) {
            run.collectFeatures(read -> {});
            features = run.layout().features();
        }
        Map<String, String> hashes = FileHashes.of(features);
        SweepTask.delete(features);
        return hashes;
    }

    private static SparkFeatures job(RunLoader loader) {
        return SparkFeatures.of(LocalSpark.context(), dictionary.toString(), loader)
                .tokens(TOKENS)
                .contextsPerUnit(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void anyNumberOfPartitionsWritesTheStoreOfOneMachine(int partitions, @TempDir Path work) throws IOException {
        Path out = work.resolve("features");
        SparkFeatures.Result result = job(Run.loader()).partitions(partitions).write(out.toString());
        assertEquals(expected, FileHashes.of(out));
        assertTrue(result.parts() > 1, result.toString());
        assertTrue(result.tokens() >= TOKENS, result.toString());
    }

    @Test
    void collectsTheWholeTextIfItHasFewerTokensThanRequested(@TempDir Path work) throws IOException {
        RunLoader loader = Run.loader().text("assay/stories/6");
        Path out = work.resolve("features");
        SparkFeatures.of(LocalSpark.context(), dictionary.toString(), loader)
                .tokens(1_000_000)
                .write(out.toString());
        assertEquals(single(Run.loader().text("assay/stories/6"), 1_000_000), FileHashes.of(out));
        SparkFeatures.Result again = SparkFeatures.of(LocalSpark.context(), dictionary.toString(), loader)
                .tokens(1_000_000)
                .write(out.toString());
        assertEquals(0, again.parts());
    }

    @Test
    void aTextWithOneContextHasTheStoreOfOneMachineAndOneWithoutIsRefusedInTheSameWords(@TempDir Path work)
            throws IOException {
        Path text = Files.writeString(work.resolve("one.txt"), "The cat sat on the mat. ".repeat(24));
        Path out = work.resolve("features");
        job(Run.loader().text(text.toString())).partitions(3).write(out.toString());
        assertEquals(single(Run.loader().text(text.toString()), TOKENS), FileHashes.of(out));

        Path empty = Files.writeString(work.resolve("empty.txt"), "The cat.");
        InvalidInputException alone = assertThrows(
                InvalidInputException.class, () -> single(Run.loader().text(empty.toString()), TOKENS));
        InvalidInputException refused = assertThrows(
                InvalidInputException.class,
                () -> job(Run.loader().text(empty.toString()))
                        .write(work.resolve("none").toString()));
        assertEquals(alone.getMessage(), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void scanOfPartsHasTheFiguresOfTheStore(int partitions, @TempDir Path work) throws IOException {
        Path out = work.resolve("parts");
        job(Run.loader()).partitions(2).writeParts(out.toString());
        FeatureScan scan = SparkScan.of(LocalSpark.context(), out.toString())
                .options(ScanOptions.DEFAULT.withTop(5).withCoactivation(true))
                .partitions(partitions)
                .run();
        Path merged = work.resolve("features");
        job(Run.loader()).write(merged.toString());
        FeatureStore store = FeatureStore.open(merged);
        assertEquals(store.tokens(), scan.tokens());
        for (int latent = 0; latent < store.latents(); latent++) {
            assertEquals(store.stats(latent).activeTokens(), scan.active(latent));
            assertEquals(store.histogram(latent), scan.histogram(latent));
        }
        int first = IntStream.range(0, store.latents())
                .filter(latent -> scan.active(latent) > 5)
                .findFirst()
                .orElseThrow();
        assertEquals(
                store.coactivating(first, 1).get(0).latent(),
                scan.coactivating(first, 1).get(0).latent());
        assertEquals(5, scan.top(first).size());
    }

    @Test
    void dictionaryAndStoreCanBeOnARemoteFileSystem(@TempDir Path work) throws IOException {
        FailingFileSystem.configure(LocalSpark.context().hadoopConfiguration(), "");
        Path out = work.resolve("features");
        SparkFeatures.of(LocalSpark.context(), "failing:" + dictionary, Run.loader())
                .tokens(TOKENS)
                .contextsPerUnit(1)
                .write("failing:" + out);
        assertEquals(expected, FileHashes.of(out));

        String figures = StoryRun.command("evaluate", dictionary.toString(), "--json", "--threads=1", "--tokens=1000");
        Files.delete(dictionary.resolve("evaluation.json"));
        SparkEvaluation.of(LocalSpark.context(), "failing:" + dictionary, Run.loader())
                .tokens(1000)
                .run();
        assertEquals(figures, Files.readString(dictionary.resolve("evaluation.json")));
    }

    @Test
    void rerunKeepsACompleteStoreAndRefusesAnotherOne(@TempDir Path work) throws IOException {
        Path out = work.resolve("features");
        job(Run.loader()).partitions(2).write(out.toString());
        FileTime written = Files.getLastModifiedTime(out.resolve("features.safetensors"));
        assertEquals(0, job(Run.loader()).write(out.toString()).parts());
        assertEquals(written, Files.getLastModifiedTime(out.resolve("features.safetensors")));
        InvalidInputException refused = assertThrows(
                InvalidInputException.class,
                () -> job(Run.loader()).tokens(2 * TOKENS).write(out.toString()));
        assertTrue(refused.getMessage().contains("expected a new folder, or --rebuild"), refused.getMessage());
        job(Run.loader()).rebuild(true).tokens(2000).write(out.toString());
        assertEquals(single(Run.loader(), 2000), FileHashes.of(out));
    }
}
