package dev.assay.feature.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.feature.TinyDictionary;
import dev.assay.io.AtomicFolder;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.text.ContextRange;
import dev.assay.text.Corpus;
import dev.assay.text.CorpusIndex;
import dev.assay.text.RangeReaders;
import dev.assay.text.Split;
import dev.assay.text.TextPosition;
import dev.assay.text.TokenSelection;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureMergeTest {
    private static final int BATCH = 4;

    private static TinyDictionary tiny;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() throws IOException {
        tiny = new TinyDictionary();
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    private static void assertEqualStores(Path expected, Path found) throws IOException {
        for (String file : List.of("features.json", "features.safetensors")) {
            assertEquals(-1, Files.mismatch(expected.resolve(file), found.resolve(file)), file);
        }
        try (Stream<Path> files = Files.list(found)) {
            assertEquals(2, files.count());
        }
    }

    /** Writes the contexts of a range of random codes as a part. */
    private Path part(RandomCodes codes, int from, int to, long limit) throws IOException {
        Path file = folder.resolve("part-" + from + "-" + to + "-" + limit);
        StoreBuilder.Options options = new StoreBuilder.Options(
                1 << 16, 4, new ExampleWindow(5, 3), Json.mapper().createObjectNode(), limit);
        AtomicFolder.writeFile(file, (scratch, target) -> {
            try (PartBuilder builder = new PartBuilder(scratch, codes.latents, 1 << 16)) {
                for (int first = from; first < to; first += 3) {
                    builder.add(codes.batch(first, Math.min(3, to - first)));
                }
                builder.finish(
                        target,
                        new ContextRange(from, to),
                        hash -> new PartDescription(
                                new ContextRange(from, to),
                                codes.latents,
                                options,
                                new TextRules(true, false, new BitSet()),
                                RandomCodes.provenance(builder, hash)),
                        RandomCodes.vocabulary());
            }
        });
        return file;
    }

    /** Boundaries of random ranges, some empty. */
    private static int[] boundaries(int contexts, int parts, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] ends = random.ints(parts + 1L, 0, contexts + 1).sorted().toArray();
        ends[0] = 0;
        ends[parts] = contexts;
        return ends;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 40})
    void anyRangesMergeToTheFilesOfOnePass(int parts) throws IOException {
        RandomCodes codes = new RandomCodes(9, 26, 4);
        codes.store(folder.resolve("whole"), 5, 1 << 20, 4);
        for (long seed = 0; seed < 3; seed++) {
            int[] ends = boundaries(codes.contexts, parts, seed);
            List<Path> files = new ArrayList<>();
            for (int i = 0; i < parts; i++) {
                files.add(part(codes, ends[i], ends[i + 1], Long.MAX_VALUE));
            }
            FeatureMerge.of(files).memoryBudget(1 << 16).write(folder.resolve("merged"));
            assertEqualStores(folder.resolve("whole"), folder.resolve("merged"));
        }
        assertNoTemporaryFiles();
    }

    private void assertNoTemporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".assay-tmp"))
                            .toList());
        }
    }

    @Test
    void storeEndsAfterTheContextThatReachesTheNumberOfTokens() throws IOException {
        RandomCodes codes = new RandomCodes(6, 20, 8);
        int perContext = RandomCodes.LENGTH - 1;
        for (long limit : new long[] {1, perContext, perContext + 1, 10 * perContext - 1, 20L * perContext, 1000}) {
            int contexts = (int) Math.min(20, (limit + perContext - 1) / perContext);
            new RandomCodes(6, 20, 8).first(contexts).store(folder.resolve("whole"), 5, 1 << 20, 4);
            List<Path> files = new ArrayList<>();
            for (int from = 0; from < 20; from += 4) {
                files.add(part(codes, from, from + 4, limit));
            }
            FeatureStore merged = FeatureStore.merge(files, folder.resolve("merged"));
            assertEquals((long) contexts * perContext, merged.tokens());
            assertEqualStores(folder.resolve("whole"), folder.resolve("merged"));
        }
    }

    @Test
    void documentsContinueAcrossParts() throws IOException {
        RandomCodes codes = new RandomCodes(6, 12, 2);
        FeatureStore merged = FeatureStore.merge(
                List.of(part(codes, 0, 5, 1 << 20), part(codes, 5, 12, 1 << 20)), folder.resolve("m"));
        int boundary = 5 * RandomCodes.LENGTH;
        assertEquals(codes.documents[boundary - 1], codes.documents[boundary], "a document ends at the boundary");
        long[] found = new long[codes.positions()];
        for (int position = 0; position < found.length; position++) {
            found[position] = merged.corpus().document(position);
        }
        assertArrayEquals(codes.documents, found);
        long segments = 1;
        for (int i = 1; i < found.length; i++) {
            segments += found[i] == found[i - 1] ? 0 : 1;
        }
        assertEquals(
                segments, JsonObject.read(folder.resolve("m/features.json")).count("documents"));
    }

    private FeatureCollector collector(Corpus corpus) {
        return FeatureCollector.of(tiny.model, tiny.sae, corpus)
                .tokens(1500)
                .batch(BATCH)
                .partners(5)
                .window(6, 4);
    }

    private List<Path> collect(FeatureCollector collector, Corpus corpus, List<ContextRange> ranges)
            throws IOException {
        CorpusIndex index = CorpusIndex.of(corpus, Split.ALL, TokenSelection.WITHOUT_SPECIAL, 7);
        List<Path> files = new ArrayList<>();
        try (RangeReaders shared = collector.ranges()) {
            for (ContextRange range : ranges) {
                Path file = folder.resolve("parts").resolve(range.from() + "-" + range.to());
                StoredPart part = collector.collectPart(range, index.before(range.from()), shared, file);
                StoredPart.read(JsonObject.of(file, part.toJson())).verify(file);
                assertEquals(range, part.range());
                files.add(file);
            }
        }
        ContextRange last = ranges.get(ranges.size() - 1);
        Path alone = folder.resolve("alone");
        collector.collectPart(last, index.before(last.from()), alone);
        assertEquals(-1, Files.mismatch(alone, files.get(files.size() - 1)));
        return files;
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 17, 1000})
    void collectedPartsMergeToTheFilesOfOnePass(int contexts) throws IOException {
        FeatureCollector collector = collector(tiny.corpus);
        CorpusIndex index = CorpusIndex.of(tiny.corpus, Split.ALL, TokenSelection.WITHOUT_SPECIAL, BATCH);
        List<ContextRange> units = collector.units(index, contexts);
        collector.collect(folder.resolve("whole"));
        List<Path> files = collect(collector, tiny.corpus, units);
        FeatureStore.merge(files, folder.resolve("merged"));
        assertEqualStores(folder.resolve("whole"), folder.resolve("merged"));
        if (contexts < 1000) {
            // The units end with the one that reaches the number of tokens.
            long before = 0;
            for (Path file : files.subList(0, files.size() - 1)) {
                before += FeaturePart.open(file).tokens();
            }
            assertTrue(before < 1500, before + " tokens before the last unit");
        }
    }

    @Test
    void storeOfTheWholeTextDoesNotDependOnTheUnits() throws IOException {
        Corpus few = Corpus.of(tiny.model.tokenizer(), StoryCorpus.of(7, 6))
                .contextLength(TinyDictionary.LENGTH)
                .prependBos(true)
                .build();
        FeatureCollector collector = collector(few).tokens(1_000_000).batch(2);
        FeatureStore whole = collector.collect(folder.resolve("whole"));
        long contexts = whole.provenance().text().contexts();
        CorpusIndex index = CorpusIndex.of(few, Split.ALL, TokenSelection.WITHOUT_SPECIAL, 7);
        assertEquals(contexts, index.contexts().size());
        assertTrue(contexts % 2 == 1, "the last forward pass is full"); // the last pass has one context
        for (int size : new int[] {2, 6, 5000}) {
            List<ContextRange> units = collector.units(index, size);
            FeatureStore.merge(collect(collector, few, units), folder.resolve("merged"));
            assertEqualStores(folder.resolve("whole"), folder.resolve("merged"));
        }
    }

    @Test
    void corpusOfOneContextIsOnePart() throws IOException {
        Corpus one = Corpus.of(
                        tiny.model.tokenizer(), TextSource.of(List.of(new Document("d", "One day a fox ".repeat(4)))))
                .contextLength(16)
                .build();
        FeatureCollector collector = collector(one);
        CorpusIndex index = CorpusIndex.of(one, Split.ALL, TokenSelection.WITHOUT_SPECIAL, 7);
        collector.collect(folder.resolve("whole"));
        List<ContextRange> units = collector.units(index, 3);
        assertEquals(1, units.size());
        FeatureStore.merge(collect(collector, one, units), folder.resolve("merged"));
        assertEqualStores(folder.resolve("whole"), folder.resolve("merged"));
    }

    @Test
    void corpusWithoutAContextReportsTheErrorOfOnePass() throws IOException {
        Corpus none = Corpus.of(tiny.model.tokenizer(), TextSource.of(List.of(new Document("d", "a"))))
                .contextLength(16)
                .build();
        CorpusIndex index = CorpusIndex.of(none, Split.ALL, TokenSelection.WITHOUT_SPECIAL, 7);
        assertEquals(
                message(() -> collector(none).collect(folder.resolve("whole"))),
                message(() -> collector(none).units(index, 3)));
        Path empty = folder.resolve("empty");
        StoredPart part = collector(none).collectPart(new ContextRange(0, 0), TextPosition.START, empty);
        assertEquals(0, part.tokens());
        assertTrue(message(() -> FeatureStore.merge(List.of(empty), folder.resolve("merged")))
                .contains("has no tokens in all documents, expected at least one"));
        assertFalse(Files.exists(folder.resolve("merged")));
    }

    @Test
    void unitsOfADictionaryThatExcludesMoreTokensAreTheWholeText() throws IOException {
        CorpusIndex index = CorpusIndex.of(tiny.corpus, Split.ALL, TokenSelection.WITHOUT_SPECIAL, 7);
        CorpusIndex skipping = CorpusIndex.of(tiny.corpus, Split.ALL, new TokenSelection(false, 1), 7);
        List<ContextRange> units = collector(tiny.corpus).units(skipping, 100);
        assertEquals(index.contexts().to(), units.get(units.size() - 1).to());
        List<ContextRange> needed = collector(tiny.corpus).units(index, 8);
        assertTrue(needed.get(needed.size() - 1).to() < 60);
        assertTrue(message(() -> collector(tiny.corpus).split(Split.HELD_OUT).units(index, 8))
                .contains("has the contexts of all documents"));
    }

    @Test
    void refusesPartsThatAreMissingDamagedOrOfAnotherStore() throws IOException {
        RandomCodes codes = new RandomCodes(6, 12, 2);
        Path first = part(codes, 0, 4, 1000);
        Path second = part(codes, 4, 8, 1000);
        Path third = part(codes, 8, 12, 1000);
        Path target = folder.resolve("merged");
        assertEquals(
                third + " has the contexts 8 to 12, expected contexts from 4, where the part before it ends",
                message(() -> FeatureStore.merge(List.of(first, third), target)));
        Path other = part(codes, 4, 8, 999);
        assertEquals(
                other + " is a part of another feature store: limit is 999, expected 1000 as in the first part",
                message(() -> FeatureStore.merge(List.of(first, other), target)));
        Path noise = Files.write(folder.resolve("noise"), new byte[100]);
        assertTrue(
                message(() -> FeatureStore.merge(List.of(first, noise), target)).startsWith(noise.toString()));
        FeatureStore.merge(List.of(first, second, third), target);
        Path store = target.resolve("features.safetensors");
        assertEquals(
                store + " is not a part of a feature store, expected the field assay_feature_part in its header",
                message(() -> FeatureStore.merge(List.of(store), target)));
        assertTrue(message(() -> FeatureStore.merge(List.of(), target)).startsWith("the list of parts"));
        StoredPart record = StoredPart.of(second, new ContextRange(4, 8), 60);
        byte[] bytes = Files.readAllBytes(second);
        bytes[bytes.length - 1] ^= 1;
        Files.write(second, bytes);
        assertTrue(message(() -> record.verify(second)).startsWith(second + " has the SHA-256 "));
        Files.write(second, new byte[3]);
        assertTrue(message(() -> record.verify(second)).startsWith(second + " has 3 bytes, expected "));
    }

    @Test
    void refusesRangesThatStartWithinAForwardPassOrEndAfterTheText() {
        assertEquals(
                "the range of contexts 2 to 8 starts within a forward pass, expected a multiple of 4 contexts",
                message(() -> collector(tiny.corpus)
                        .collectPart(new ContextRange(2, 8), TextPosition.START, folder.resolve("part"))));
        ContextRange beyond = new ContextRange(0, 1 << 20);
        Corpus few = Corpus.of(tiny.model.tokenizer(), StoryCorpus.of(7, 3))
                .contextLength(TinyDictionary.LENGTH)
                .build();
        assertTrue(message(() -> collector(few).collectPart(beyond, TextPosition.START, folder.resolve("part")))
                .contains("expected " + beyond));
        assertFalse(Files.exists(folder.resolve("part")));
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private static String message(Attempt attempt) {
        String found = assertThrows(InvalidInputException.class, attempt::run).getMessage();
        assertEquals(1, found.lines().count(), found);
        return found;
    }
}
