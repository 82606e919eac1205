package dev.assay.activation.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.NormBoundedSource;
import dev.assay.io.JsonObject;
import dev.assay.io.Sha256;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Scope;
import dev.assay.text.ContextRange;
import dev.assay.text.Corpus;
import dev.assay.text.CorpusIndex;
import dev.assay.text.Split;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HarvestPlanTest {
    private static final int LENGTH = 32;
    /** Not a divisor of the rows of a forward pass, so that shards start within passes. */
    private static final int SHARD_ROWS = 1000;

    private static HookedTransformer model;
    private static Corpus corpus;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() throws Exception {
        model = HookedTransformer.load(Fixtures.folder("gpt_neox"));
        corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 120))
                .contextLength(LENGTH)
                .prependBos(true)
                .build();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static ModelActivationSource source() {
        return ActivationSource.of(model, List.of(HookPoint.residPost(1), HookPoint.mlpOut(0)), corpus);
    }

    private Harvest harvest(ActivationSource source, String name, long tokens) {
        return ActivationStore.write(source, folder.resolve(name))
                .shardRows(SHARD_ROWS)
                .tokens(tokens)
                .progress(false);
    }

    /** Writes the units in groups of consecutive units, the last group first, as independent processes may. */
    private List<StoredShard> write(Harvest harvest, HarvestPlan plan, Path target, int groups) throws IOException {
        Files.createDirectories(target);
        List<HarvestUnit> units = plan.units();
        List<StoredShard> shards = new ArrayList<>(Collections.nCopies(units.size(), null));
        for (int group = groups - 1; group >= 0; group--) {
            int from = group * units.size() / groups;
            int to = (group + 1) * units.size() / groups;
            if (from < to) {
                List<StoredShard> some =
                        harvest.shardWriter().write(units.subList(from, to), unit -> target.resolve(unit.fileName()));
                for (int i = from; i < to; i++) {
                    shards.set(i, some.get(i - from));
                }
            }
        }
        return shards;
    }

    private static Map<String, String> hashes(Path store) throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.list(store)) {
            for (Path file : files.toList()) {
                if (!file.getFileName().toString().equals(".assay-lock")) {
                    hashes.put(file.getFileName().toString(), Sha256.of(file));
                }
            }
        }
        return hashes;
    }

    private void assertSameStore(ModelActivationSource source, DataType type, long tokens, int... groups)
            throws IOException {
        ActivationStore whole =
                harvest(source, "whole", tokens).type(type).run().store();
        CorpusIndex index = source.index();
        for (int count : groups) {
            String name = "groups" + count;
            Harvest harvest = harvest(source, name, tokens).type(type);
            HarvestPlan plan = harvest.plan(index);
            Path target = folder.resolve(name);
            ActivationStore merged = plan.write(target, write(harvest, plan, target, count));
            assertEquals(hashes(whole.folder()), hashes(target), count + " groups");
            assertEquals(whole.rows(), plan.rows());
            assertEquals(whole.endOfText(), merged.endOfText());
            assertEquals(List.of(), merged.verify(false));
        }
    }

    @Test
    void everyGroupingWritesTheFilesOfOneProcess() throws IOException {
        assertSameStore(source(), DataType.FLOAT32, 11_500, 1, 2, 3, 7);
    }

    @Test
    void specialTokensAndSkippedPositionsAreCounted() throws IOException {
        assertSameStore(source().withSpecialTokens(true).skippingPositions(3), DataType.FLOAT16, 9_000, 3);
    }

    @Test
    void planEndsWithTheText() throws IOException {
        ModelActivationSource heldOut = source().split(Split.HELD_OUT);
        assertSameStore(heldOut, DataType.FLOAT32, 1_000_000, 2, 50);
        long all = heldOut.index().selected();
        assertFalse(harvest(heldOut, "exact", all).plan(heldOut.index()).endOfText());
        assertTrue(harvest(heldOut, "more", all + 1).plan(heldOut.index()).endOfText());
    }

    @Test
    void corpusOfOneContextIsOneShard() throws IOException {
        Corpus one = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 1))
                .contextLength(LENGTH)
                .heldOutEvery(0)
                .build();
        ModelActivationSource source = ActivationSource.of(model, HookPoint.residPost(0), one);
        Corpus first = one.partition(new ContextRange(0, 1), source.index());
        ActivationStore store = harvest(ActivationSource.of(model, HookPoint.residPost(0), first), "one", 10_000)
                .run()
                .store();
        assertTrue(store.endOfText());
        assertTrue(store.rows() <= LENGTH && store.rows() > 0);
        assertTrue(
                store.provenance().text().part().endsWith("; contexts 0 to 1"),
                store.provenance().text().part());
    }

    @Test
    void corpusWithoutAContextHasNoPlan() throws IOException {
        Corpus none = Corpus.of(model.tokenizer(), TextSource.of(List.of(new Document("d", "x"))))
                .contextLength(LENGTH)
                .heldOutEvery(0)
                .build();
        ModelActivationSource source = ActivationSource.of(model, HookPoint.residPost(0), none);
        CorpusIndex index = source.index();
        String inUnits = message(() -> harvest(source, "units", 10).plan(index));
        assertEquals(message(() -> harvest(source, "whole", 10).run()), inUnits);
        assertTrue(inUnits.contains("expected at least the 32 of one context"), inUnits);
    }

    @Test
    void anotherProcessContinuesAStoreOfUnits() throws IOException {
        ModelActivationSource source = source();
        harvest(source, "whole", 5_500).run();
        Harvest units = harvest(source, "units", 3_700);
        HarvestPlan plan = units.plan(source.index());
        Path target = folder.resolve("units");
        plan.write(target, write(units, plan, target, 2));
        harvest(source, "units", 5_500).run();
        assertEquals(hashes(folder.resolve("whole")), hashes(target));
    }

    @Test
    void attemptsHaveNamesOfTheirOwnAndTheManifestChoosesOne() throws IOException {
        ModelActivationSource source = source();
        Harvest harvest = harvest(source, "units", 2_500);
        HarvestPlan plan = harvest.plan(source.index());
        Path target = Files.createDirectories(folder.resolve("units"));
        List<StoredShard> shards = new ArrayList<>();
        for (HarvestUnit unit : plan.units()) {
            HarvestUnit sent = HarvestUnit.read(JsonObject.of(target, unit.toJson()));
            assertEquals(unit, sent);
            StoredShard first = harvest.shardWriter().write(sent, target.resolve(unit.fileName("0.7")));
            StoredShard second = harvest.shardWriter().write(sent, target.resolve(unit.fileName("1.8")));
            assertEquals(first.sha256(), second.sha256());
            shards.add(StoredShard.read(JsonObject.of(target, second.toJson())));
        }
        ActivationStore store = plan.write(target, shards);
        ActivationStore whole = harvest(source, "whole", 2_500).run().store();
        assertEquals(
                whole.manifest().shards().stream().map(StoredShard::sha256).toList(),
                store.manifest().shards().stream().map(StoredShard::sha256).toList());
        assertEquals(
                whole.labels(0, 2_500).tokens().length, store.labels(0, 2_500).tokens().length);
        assertEquals(Files.readString(target.resolve(ActivationStore.MANIFEST)), plan.manifestText(shards));
        harvest(source, "units", 3_000).run(); // removes the shards of other attempts
        try (Stream<Path> files = Files.list(target)) {
            assertEquals(
                    List.of(
                            "rows-000000000000-000000001000-1.8.safetensors",
                            "rows-000000001000-000000002000-1.8.safetensors",
                            "rows-000000002000-000000003000.safetensors"),
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".safetensors"))
                            .sorted()
                            .toList());
        }
    }

    @Test
    void refusesAManifestWithMissingOrDamagedShards() throws IOException {
        ModelActivationSource source = source();
        Harvest harvest = harvest(source, "units", 2_500);
        HarvestPlan plan = harvest.plan(source.index());
        Path target = folder.resolve("units");
        List<StoredShard> shards = write(harvest, plan, target, 1);
        assertEquals(
                "the store has 2 shards, expected 3, one for each unit",
                message(() -> plan.write(target, shards.subList(0, 2))));
        List<StoredShard> swapped = List.of(shards.get(1), shards.get(0), shards.get(2));
        assertTrue(message(() -> plan.write(target, swapped)).startsWith("shard 0 is rows-000000001000-000000002000"));
        Path second = target.resolve(plan.units().get(1).fileName());
        Files.write(second, new byte[10]);
        assertTrue(message(() -> plan.write(target, shards)).startsWith(second + " has 10 bytes, expected "));
        Files.delete(second);
        assertTrue(message(() -> plan.write(target, shards)).startsWith(second + " is missing"));
        assertFalse(ActivationStore.isStore(target));
    }

    @Test
    void refusesSourcesWhoseRowsDependOnActivationsAndOtherIndices() throws IOException {
        ModelActivationSource source = source();
        CorpusIndex index = source.index();
        NormBoundedSource bounded = NormBoundedSource.ofRatio(source, 10);
        assertTrue(message(() -> harvest(bounded, "bounded", 10).plan(index))
                .contains("decide which rows the source has"));
        assertTrue(message(() ->
                        harvest(source.skippingPositions(2), "skipping", 10).plan(index))
                .startsWith("the index counts TokenSelection[withSpecial=false, firstPosition=0]"));
        CorpusIndex coarse = CorpusIndex.of(corpus, Split.TRAINING, source.selection(), 7);
        assertTrue(message(() -> harvest(source, "coarse", 10).plan(coarse))
                .startsWith("the index has a position every 7 contexts, expected one for each pass of 128 contexts"));
        assertTrue(message(() -> harvest(source.split(Split.ALL), "all", 10).plan(index))
                .contains("has the contexts of training documents, expected those of all documents"));
    }

    @Test
    void refusesUnitsOfAnotherShardSizeAndTextThatEndsEarly() throws IOException {
        ModelActivationSource source = source();
        Harvest harvest = harvest(source, "units", 5_000);
        List<HarvestUnit> units = harvest.plan(source.index()).units();
        assertTrue(message(() -> harvest.shardWriter().write(List.of(units.get(0), units.get(2)), unit -> folder))
                .startsWith("unit 2 follows unit 0, expected consecutive units"));
        assertTrue(message(() -> harvest(source, "other", 5_000)
                        .shardRows(900)
                        .shardWriter()
                        .write(units.get(1), folder.resolve(units.get(1).fileName())))
                .startsWith("unit 1 has rows 1000 to 2000, expected shards of 900 rows"));
        Corpus shorter = corpus.partition(new ContextRange(0, 60), source.index());
        ActivationSource changed =
                ActivationSource.of(model, List.of(HookPoint.residPost(1), HookPoint.mlpOut(0)), shorter);
        Path file = folder.resolve(units.get(1).fileName());
        assertTrue(
                message(() -> harvest(changed, "changed", 5_000).shardWriter().write(units.get(1), file))
                        .contains("the text has changed since its contexts were counted"));
        assertFalse(Files.exists(file));
    }

    @Test
    void unionHasTheRowsOfStoresOfPartsInTheOrderOfTheText() throws IOException {
        CorpusIndex index = source().index();
        List<ActivationStore> parts = new ArrayList<>();
        for (ContextRange range :
                List.of(new ContextRange(0, 128), new ContextRange(128, 128), new ContextRange(128, 384))) {
            ActivationSource part = ActivationSource.of(
                    model, List.of(HookPoint.residPost(1), HookPoint.mlpOut(0)), corpus.partition(range, index));
            if (!range.isEmpty()) {
                parts.add(harvest(part, "part" + range.from(), 1_000_000).run().store());
            }
        }
        ActivationStore union = ActivationStore.union(parts, folder.resolve("union"));
        long rows = parts.get(0).rows() + parts.get(1).rows();
        assertTrue(parts.get(0).rows() % SHARD_ROWS != 0, "the first part ends with a full shard");
        ActivationStore whole = harvest(source(), "whole", rows).run().store();
        assertEquals(rows, union.rows());
        assertTrue(union.complete());
        assertEquals(List.of(), union.verify(false));
        assertTrue(union.provenance().text().part().endsWith("; contexts 0 to 384"));
        for (long[] range :
                new long[][] {{0, rows}, {parts.get(0).rows() - 1, parts.get(0).rows() + 1}, {3_990, 4_005}}) {
            assertArrayEquals(
                    whole.labels(range[0], range[1]).tokens(),
                    union.labels(range[0], range[1]).tokens());
            try (Scope scope = Scope.open()) {
                assertArrayEquals(
                        whole.rows(model.manager(), range[0], range[1]).values().toFloatArray(),
                        union.rows(model.manager(), range[0], range[1]).values().toFloatArray());
            }
        }
        String overlap =
                message(() -> ActivationStore.union(List.of(parts.get(1), parts.get(0)), folder.resolve("reversed")));
        assertTrue(overlap.startsWith("the stores of a union overlap or are not in the order of the text"), overlap);
        ActivationStore other = harvest(ActivationSource.of(model, HookPoint.residPost(1), corpus), "other", 100)
                .run()
                .store();
        assertTrue(message(() -> ActivationStore.union(List.of(parts.get(0), other), folder.resolve("two")))
                .contains("the stores of a union must be of one source"));
        assertTrue(message(() -> ActivationStore.union(List.of(), folder.resolve("none")))
                .startsWith("the list of activation stores is empty"));
        assertFalse(Files.exists(folder.resolve("reversed")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "..\\x", "a b"})
    void refusesNamesOfAttemptsThatAreNoFileNames(String attempt) {
        HarvestUnit unit = new HarvestUnit(0, 0, 5, ActivationBuffer.Progress.START);
        assertTrue(message(() -> unit.fileName(attempt)).startsWith("the attempt of a shard is \"" + attempt + "\""));
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
