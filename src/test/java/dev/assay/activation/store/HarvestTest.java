package dev.assay.activation.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.CountingSource;
import dev.assay.activation.StreamPosition;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class HarvestTest {
    private static final int WIDTH = 5;

    @TempDir
    private Path temporary;

    private final NDManager manager = TorchEngine.newManager(Device.cpu());

    @AfterEach
    void close() {
        manager.close();
        assertEquals(0, StoreFiles.threads(), "a thread is still running");
    }

    /** Passes of uneven sizes, so that shards begin anywhere in them. */
    private static CountingSource source() {
        return new CountingSource(WIDTH, pass -> 1 + new SplittableRandom(pass).nextInt(40));
    }

    private static Harvest harvest(CountingSource source, Path folder) {
        return ActivationStore.write(source, folder).shardRows(64).progress(false);
    }

    private Path clean(String name, long tokens) throws IOException {
        Path folder = temporary.resolve(name);
        assertEquals(
                tokens, harvest(source(), folder).tokens(tokens).run().store().rows());
        return folder;
    }

    /** Returns the first rows of a source, straight from its stream. */
    private static float[] values(CountingSource source, int rows) throws IOException {
        float[] values = new float[rows * source.width()];
        try (ActivationStream stream = source.open(StreamPosition.START)) {
            for (int filled = 0; filled < values.length; ) {
                float[] pass = stream.next().values().toFloatArray();
                int count = Math.min(pass.length, values.length - filled);
                System.arraycopy(pass, 0, values, filled, count);
                filled += count;
            }
        }
        return values;
    }

    private float[] stored(ActivationStore store) throws IOException {
        try (Scope scope = Scope.open()) {
            return store.rows(manager, 0, store.rows()).values().toFloatArray();
        }
    }

    @Test
    void readsBackEveryRow() throws IOException {
        Path folder = clean("store", 1000);
        ActivationStore store = ActivationStore.open(folder);
        assertTrue(store.complete());
        assertFalse(store.endOfText());
        assertEquals(16, StoreFiles.shards(folder).size());
        assertArrayEquals(values(source(), 1000), stored(store));
        RowLabels labels = store.labels(100, 700);
        assertArrayEquals(LongStream.range(100, 700).toArray(), labels.tokens());
        RowLabels all = store.labels(0, 1000);
        for (int row = 1; row < 1000; row++) {
            boolean sameDocument = all.documents()[row] == all.documents()[row - 1];
            assertEquals(sameDocument ? all.positions()[row - 1] + 1 : 0, all.positions()[row]);
        }
        try (Scope scope = Scope.open()) {
            ActivationRows some = store.rows(manager, 63, 65); // the last of one shard and the first of the next
            assertArrayEquals(new long[] {63, 64}, some.tokens());
            assertEquals(63, some.values().getFloat(0, 0));
        }
        assertEquals(List.of(), store.verify(false));
        assertThrows(InvalidInputException.class, () -> store.labels(0, 1001));
        assertThrows(InvalidInputException.class, () -> store.labels(5, 5));
    }

    @Test
    void sitesAreSeparateTensors() throws IOException {
        Path folder = temporary.resolve("store");
        CountingSource two = source().sites(List.of("b.second", "a.first"), List.of(2, 3));
        ActivationStore store = harvest(two, folder).tokens(100).run().store();
        float[] expected = values(source(), 100);
        assertArrayEquals(expected, stored(store));
        try (Scope scope = Scope.open();
                Safetensors shard = Safetensors.open(folder.resolve("rows-000000000064-000000000100.safetensors"))) {
            assertEquals(36, shard.load(manager, "a.first").getShape().get(0));
            assertEquals(
                    expected[64 * WIDTH + 2], shard.load(manager, "a.first").getFloat(0, 0));
            assertEquals(
                    expected[65 * WIDTH + 1], shard.load(manager, "b.second").getFloat(1, 1));
            assertEquals(DataType.INT32, shard.load(manager, "tokens").getDataType());
        }
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> harvest(source().sites(List.of("tokens"), List.of(WIDTH)), temporary.resolve("other"))
                                .tokens(1)
                                .run())
                .getMessage();
        assertTrue(message.startsWith("a site has the name \"tokens\""), message);
    }

    @Test
    void halfPrecisionRoundsAndRejectsNumbersOutOfRange() throws IOException {
        ActivationStore store = harvest(source().indexScale(1e-3), temporary.resolve("half"))
                .type(DataType.FLOAT16)
                .tokens(300)
                .run()
                .store();
        assertEquals(DataType.FLOAT16, store.type());
        float[] exact = values(source().indexScale(1e-3), 300);
        float[] found = stored(store);
        for (int i = 0; i < exact.length; i++) {
            assertEquals(
                    exact[i], found[i], Math.max(Math.abs(exact[i]) / 2048, 1e-7f)); // half a unit in the last place
        }
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> harvest(source().indexScale(1e3), temporary.resolve("large"))
                                .type(DataType.FLOAT16)
                                .tokens(300)
                                .run())
                .getMessage();
        assertTrue(message.contains("expected at most 65504.0 for float16; store float32"), message);
    }

    @Test
    void killedHarvestResumesToTheSameBytes() throws IOException {
        Path clean = clean("clean", 1000);
        SplittableRandom random = new SplittableRandom(3);
        for (int trial = 0; trial < 4; trial++) {
            Path folder = temporary.resolve("trial" + trial);
            int failures = 0;
            boolean done = false;
            while (!done) {
                try {
                    harvest(failingAfter(4 + random.nextInt(12)), folder)
                            .tokens(1000)
                            .run();
                    done = true;
                } catch (IOException killed) {
                    failures++;
                }
            }
            assertTrue(failures > 3, "failures: " + failures);
            StoreFiles.assertSame(clean, folder);
        }
    }

    /** A source that fails after some passes, wherever it was started. */
    private static CountingSource failingAfter(int passes) {
        int[] left = {passes};
        return source().listener(pass -> {
            if (--left[0] == 0) {
                throw new IOException("killed");
            }
        });
    }

    @Test
    void requestingMoreRowsContinuesTheStore() throws IOException {
        Path folder = clean("store", 1);
        for (long tokens : new long[] {63, 64, 65, 200, 201, 900}) {
            Harvest.Result result = harvest(source(), folder).tokens(tokens).run();
            assertTrue(result.added());
            assertTrue(result.store().complete());
            StoreFiles.assertSame(clean("clean" + tokens, tokens), folder);
        }
        for (long tokens : new long[] {900, 10}) {
            Harvest.Result again = harvest(source().listener(pass -> fail()), folder)
                    .tokens(tokens)
                    .run();
            assertFalse(again.added());
            assertEquals(900, again.before());
        }
        StoreFiles.assertSame(temporary.resolve("clean900"), folder);
    }

    private static void fail() throws IOException {
        throw new IOException("the model ran");
    }

    @Test
    void endOfTextCompletesTheStore() throws IOException {
        Path folder = temporary.resolve("store");
        int rows = 0;
        for (int pass = 0; pass < 9; pass++) {
            rows += 1 + new SplittableRandom(pass).nextInt(40);
        }
        // To the last row the end is not in sight yet.
        ActivationStore store =
                harvest(source().passesOfEpoch(9), folder).tokens(rows).run().store();
        assertTrue(store.complete());
        assertFalse(store.endOfText());
        Harvest.Result result =
                harvest(source().passesOfEpoch(9), folder).tokens(10_000).run();
        assertFalse(result.added());
        assertTrue(result.store().endOfText());
        assertTrue(result.store().complete());
        Path other = temporary.resolve("other");
        harvest(source().passesOfEpoch(9), other).tokens(10_000).run();
        assertEquals(StoreFiles.shards(folder), StoreFiles.shards(other));
        assertEquals(rows, ActivationStore.open(other).rows());
    }

    @Test
    void deletesIncompleteFilesOfAKilledHarvest() throws IOException {
        Path clean = clean("clean", 400);
        Path folder = clean("store", 200);
        Files.writeString(
                folder.resolve(".rows-000000000192-000000000256.safetensors.0c1b0000-0000-0000-0000-000000000000"
                        + ".assay-tmp"),
                "half");
        Files.writeString(folder.resolve("rows-000000000192-000000000256.safetensors"), "not listed yet");
        harvest(source(), folder).tokens(400).run();
        StoreFiles.assertSame(clean, folder);
    }

    @Test
    void stoppedHarvestKeepsItsRowsAndResumesToEqualFiles() throws IOException {
        Path folder = temporary.resolve("stopped");
        AtomicInteger checks = new AtomicInteger();
        Harvest.Result stopped = harvest(source(), folder)
                .tokens(400)
                .stopWhen(() -> checks.incrementAndGet() > 4)
                .run();
        assertFalse(stopped.store().complete());
        assertTrue(stopped.store().rows() > 0 && stopped.store().rows() < 400);
        assertTrue(harvest(source(), folder).tokens(400).run().added());
        StoreFiles.assertSame(clean("clean", 400), folder);
    }

    @Test
    void failedWriteKeepsCompleteShards() throws IOException {
        Path folder = clean("store", 100);
        // A file cannot take the place of a folder that is not empty.
        Path obstacle = Files.createDirectories(folder.resolve("rows-000000000064-000000000128.safetensors/x"));
        assertThrows(
                IOException.class, () -> harvest(source(), folder).tokens(400).run());
        Files.delete(obstacle);
        Files.delete(obstacle.getParent());
        assertEquals(100, ActivationStore.open(folder).rows());
        assertFalse(ActivationStore.open(folder).complete());
        harvest(source(), folder).tokens(400).run();
        StoreFiles.assertSame(clean("clean", 400), folder);
    }

    @Test
    void rejectsAnotherSourceOrOptionByName() throws IOException {
        Path folder = clean("store", 100);
        refuses(folder, harvest(source(), folder).shardRows(32), "shard_rows is 64 in this store, expected 32;");
        refuses(folder, harvest(source(), folder).type(DataType.FLOAT16), "type is \"F32\" in this store");
        refuses(folder, harvest(source().modelHash("4567"), folder), "model_hash is \"0123\" in this store");
        refuses(folder, harvest(source().part("some"), folder), "part is \"all\" in this store, expected \"some\"");
        refuses(
                folder,
                harvest(source().sites(List.of("a", "b"), List.of(2, 3)), folder),
                "sites is [{\"name\":\"blocks.0.hook_resid_post\",\"width\":5}] in this store");
        refuses(
                folder,
                harvest(source(), folder).note(Json.mapper().createObjectNode().put("every", 3)),
                "note.every is missing in this store, expected 3;");
        refuses(folder, harvest(source().tokenShift(1), folder), folder + " ends with other tokens than the text");
        harvest(source(), folder).tokens(400).run();
        StoreFiles.assertSame(clean("clean", 400), folder);
    }

    @Test
    void rejectsOtherFolders() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("thesis"));
        Files.writeString(folder.resolve("thesis.tex"), "years of work");
        refuses(folder, harvest(source(), folder), folder + " contains thesis.tex");
        refuses(folder, harvest(source(), folder.resolve("thesis.tex")), "thesis.tex is a file");
        assertEquals(List.of("thesis.tex"), StoreFiles.names(folder));
        Path held = clean("held", 100);
        try (StoreFolder writer =
                CompletableFuture.supplyAsync(() -> lock(held)).join()) {
            refuses(held, harvest(source(), held), held + " is being written by another thread of this process");
        }
        harvest(source(), held).tokens(101).run();
    }

    private static StoreFolder lock(Path folder) {
        try {
            return StoreFolder.lock(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void rejectsOptionsOutOfRange() {
        Path folder = temporary.resolve("store");
        assertThrows(
                InvalidInputException.class, () -> harvest(source(), folder).run());
        assertThrows(
                InvalidInputException.class, () -> harvest(source(), folder).tokens(0));
        assertThrows(
                InvalidInputException.class, () -> harvest(source(), folder).shardRows(0));
        assertThrows(
                InvalidInputException.class, () -> harvest(source(), folder).type(DataType.INT64));
        refuses(folder, harvest(source(), folder).shardRows(1 << 30), "a shard of 1073741824 rows would have ");
        assertFalse(Files.exists(folder));
    }

    private void refuses(Path folder, Harvest harvest, String message) {
        String found = assertThrows(
                        InvalidInputException.class, () -> harvest.tokens(400).run())
                .getMessage();
        assertTrue(found.contains(message), found);
        assertTrue(found.contains(folder.toString()) || message.startsWith("a shard"), found);
        assertEquals(1, found.lines().count(), found);
    }
}
