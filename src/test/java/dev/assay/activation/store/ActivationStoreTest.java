package dev.assay.activation.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.CountingSource;
import dev.assay.activation.StreamPosition;
import dev.assay.io.Json;
import dev.assay.io.Sha256;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.MemoryUse;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ActivationStoreTest {
    private static final String SITE = "blocks.0.hook_resid_post";
    /** Two shards of three blocks, and one of one and a half. */
    private static final int WIDTH = 2048;

    private static final int BLOCK = 128;
    private static final int SHARD = 3 * BLOCK - 1;
    private static final int ROWS = 2 * SHARD + 3 * BLOCK / 2;

    @TempDir
    private Path folder;

    private final NDManager manager = TorchEngine.newManager(Device.cpu());

    @AfterEach
    void close() {
        manager.close();
        assertEquals(0, StoreFiles.threads(), "a thread is still running");
    }

    private ActivationStore store() throws IOException {
        return write(new CountingSource(WIDTH, pass -> 50));
    }

    private ActivationStore write(CountingSource source) throws IOException {
        return ActivationStore.write(source, folder)
                .shardRows(SHARD)
                .tokens(ROWS)
                .progress(false)
                .run()
                .store();
    }

    @Test
    void epochHasEveryRowOnceInShuffledBlocks() throws IOException {
        StoreActivationSource source = store().source(SITE);
        assertEquals(BLOCK, source.blockRows());
        List<long[]> blocks = new ArrayList<>();
        try (ActivationStream stream = source.open(StreamPosition.START)) {
            for (int i = 0; i < 24; i++) {
                blocks.add(next(stream));
                assertEquals(i / 8, stream.position().epoch()); // the epoch of the block that came
                assertEquals(i % 8 + 1, stream.position().context());
            }
        }
        for (int epoch = 0; epoch < 3; epoch++) {
            long[] rows = blocks.subList(8 * epoch, 8 * epoch + 8).stream()
                    .flatMapToLong(LongStream::of)
                    .toArray();
            assertFalse(Arrays.equals(rows, LongStream.range(0, ROWS).toArray()));
            Arrays.sort(rows);
            assertArrayEquals(LongStream.range(0, ROWS).toArray(), rows);
        }
        assertFalse(Arrays.equals(starts(blocks.subList(0, 8)), starts(blocks.subList(8, 16))));
        try (ActivationStream stream = source.seed(1).open(StreamPosition.START)) {
            List<long[]> other = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                other.add(next(stream));
            }
            assertFalse(Arrays.equals(starts(blocks.subList(0, 8)), starts(other)));
        }
    }

    @Test
    void samplesAreSpreadOverTheWholeStore() throws IOException {
        int shard = 20_000;
        StoreActivationSource source = ActivationStore.write(new CountingSource(8, pass -> 50), folder)
                .shardRows(shard)
                .tokens(3 * shard)
                .progress(false)
                .run()
                .store()
                .source(SITE);
        int wanted = 20_000;
        List<Long> rows = new ArrayList<>();
        try (ActivationStream stream = source.openSample(wanted)) {
            while (rows.size() < wanted) {
                LongStream.of(next(stream)).forEach(rows::add);
            }
        }
        assertTrue(rows.size() < wanted + 256, rows.size() + " rows");
        assertEquals(rows.size(), rows.stream().distinct().count());
        for (int part = 0; part < 12; part++) { // each quarter of each shard has about a twelfth of the rows
            long from = part * shard / 4L;
            long inside = rows.stream()
                    .filter(row -> row >= from && row < from + shard / 4)
                    .count();
            assertTrue(inside > wanted / 24 && inside < wanted / 6, "part " + part + ": " + inside + " rows");
        }
        long all = source.sample(Long.MAX_VALUE / 2).stream()
                .mapToLong(block -> block.to() - block.from())
                .sum();
        assertEquals(3L * shard, all);
    }

    private static long[] starts(List<long[]> blocks) {
        return blocks.stream().mapToLong(block -> block[0]).toArray();
    }

    /** Returns the indices of the rows of a block, which its values, tokens and places must agree on. */
    private static long[] next(ActivationStream stream) throws IOException {
        try (Scope scope = Scope.open()) {
            ActivationRows rows = stream.next();
            float[] first = rows.values().get(new NDIndex(":, 0")).toFloatArray();
            for (int i = 0; i < first.length; i++) {
                assertEquals(rows.tokens()[i], (long) first[i]);
                assertEquals(rows.tokens()[i], 50 * rows.documents()[i] + rows.positions()[i]);
            }
            return rows.tokens();
        }
    }

    @Test
    void resumesAtEveryPosition() throws IOException {
        StoreActivationSource source = store().source(SITE).seed(5);
        List<StreamPosition> positions = new ArrayList<>();
        List<long[]> blocks = new ArrayList<>();
        try (ActivationStream stream = source.open(StreamPosition.START)) {
            for (int i = 0; i < 20; i++) {
                positions.add(stream.position());
                blocks.add(next(stream));
            }
        }
        for (int i = 0; i + 1 < positions.size(); i++) {
            try (ActivationStream resumed = source.open(positions.get(i))) {
                assertEquals(positions.get(i), resumed.position());
                assertArrayEquals(blocks.get(i), next(resumed), "block " + i);
                assertArrayEquals(blocks.get(i + 1), next(resumed), "block " + (i + 1));
            }
        }
        String message = assertThrows(InvalidInputException.class, () -> source.open(new StreamPosition(0, 9, 0, 0)))
                .getMessage();
        assertTrue(message.startsWith(folder + " has 8 blocks"), message);
    }

    @Test
    void readsSitesSeparatelyOrTogether() throws IOException {
        List<String> names = List.of("blocks.0.hook_resid_post", "blocks.1.hook_mlp_out");
        CountingSource two = new CountingSource(7, pass -> 50).sites(names, List.of(4, 3));
        ActivationStore store = ActivationStore.write(two, folder)
                .tokens(200)
                .type(DataType.FLOAT16)
                .progress(false)
                .run()
                .store();
        float[] both = values(store.source(names));
        float[] turned = values(store.source(List.of(names.get(1), names.get(0))));
        float[] second = values(store.source(HookPoint.mlpOut(1)));
        assertEquals(7, store.source(names).width());
        assertEquals(List.of(3), store.source(names.get(1)).widths());
        for (int row = 0; row < 200; row++) {
            assertEquals(row, both[7 * row]);
            assertArrayEquals(Arrays.copyOfRange(both, 7 * row + 4, 7 * row + 7), part(second, 3 * row, 3));
            assertArrayEquals(part(second, 3 * row, 3), part(turned, 7 * row, 3));
            assertArrayEquals(part(both, 7 * row, 4), part(turned, 7 * row + 3, 4));
        }
        assertEquals(
                List.of("blocks.1.hook_mlp_out"),
                store.source(HookPoint.mlpOut(1)).provenance().reads());
        refuses(() -> store.source("blocks.9.hook_mlp_out"), folder + " has no site blocks.9.hook_mlp_out");
        refuses(() -> store.source(List.of()), "the list of sites is empty");
    }

    private static float[] part(float[] values, int from, int count) {
        return Arrays.copyOfRange(values, from, from + count);
    }

    private static float[] values(ActivationSource source) throws IOException {
        try (Scope scope = Scope.open();
                ActivationStream stream = source.open(StreamPosition.START)) {
            return stream.next().values().toFloatArray();
        }
    }

    @Test
    void bufferReturnsEveryRowOfAStore() throws IOException {
        ActivationSource source = store().source(SITE);
        boolean[] seen = new boolean[ROWS];
        try (ActivationBuffer buffer = ActivationBuffer.fill(source, Device.cpu(), 256, 1)) {
            for (int batch = 0; batch < 3 * ROWS / 64; batch++) {
                try (Scope scope = Scope.open()) {
                    NDArray rows = manager.zeros(new Shape(64, WIDTH));
                    buffer.next(rows);
                    for (float row : rows.get(new NDIndex(":, 0")).toFloatArray()) {
                        seen[(int) row] = true;
                    }
                }
            }
        }
        for (int row = 0; row < ROWS; row++) {
            assertTrue(seen[row], "row " + row + " never came in three epochs");
        }
    }

    /** A store of 64 MiB, read through five times. */
    @Test
    void readingUsesLittleMemory() throws IOException {
        ActivationStore store = ActivationStore.write(new CountingSource(512, pass -> 1 << 12), folder)
                .tokens(1 << 15)
                .progress(false)
                .run()
                .store();
        assertTrue(store.bytes() > 64 << 20);
        try (ActivationStream stream = store.source(SITE).open(StreamPosition.START)) {
            long before = 0;
            while (stream.position().epoch() < 5) {
                try (Scope scope = Scope.open()) {
                    stream.next();
                }
                if (stream.position().context() == 8) {
                    before = before == 0 ? MemoryUse.residentBytes() : before;
                }
            }
            long grown = MemoryUse.residentBytes() - before;
            assertTrue(grown < 32 << 20, "grown by " + grown + " bytes");
        }
    }

    @Test
    void reportsDamageInOneSentence() throws IOException {
        store();
        String first = StoredShard.name(0, SHARD);
        Path shard = folder.resolve(first);
        byte[] whole = Files.readAllBytes(shard);

        try (FileChannel channel = FileChannel.open(shard, StandardOpenOption.WRITE)) {
            channel.truncate(whole.length - 1);
        }
        refuses(() -> ActivationStore.open(folder), shard + " has " + (whole.length - 1) + " bytes, expected ");
        Files.delete(shard);
        refuses(
                () -> ActivationStore.open(folder),
                shard + " is missing, expected the shard that activations.json lists");
        refuses(() -> write(new CountingSource(WIDTH, pass -> 50)), shard + " is missing");

        byte[] changed = whole.clone();
        changed[whole.length / 2] ^= 1;
        Files.write(shard, changed);
        List<String> damages = ActivationStore.open(folder).verify(false);
        assertEquals(1, damages.size());
        assertTrue(damages.get(0).startsWith(shard + " has the SHA-256 "), damages.get(0));
        changed[9] ^= 1; // in the header
        Files.write(shard, changed);
        refuses(() -> ActivationStore.open(folder), shard.toString());

        Files.copy(
                folder.resolve(StoredShard.name(SHARD, 2 * SHARD)),
                shard,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertEquals(1, ActivationStore.open(folder).verify(false).size());
    }

    @Test
    void reportsAnEditedManifestInOneSentence() throws IOException {
        store();
        Path manifest = folder.resolve("activations.json");
        String good = Files.readString(manifest);
        for (String[] edit : new String[][] {
            {"\"width\" : 2048", "\"width\" : 1024"},
            {"\"model\" : \"counting\"", "\"model\" : \"other\""},
            {"\"row\" : 33", "\"row\" : 34"},
            {"\"rows\" : " + ROWS, "\"rows\" : " + (ROWS - 1)}
        }) {
            assertTrue(good.contains(edit[0]), edit[0]);
            Files.writeString(manifest, good.replace(edit[0], edit[1]));
            refuses(() -> ActivationStore.open(folder), manifest + " was edited after it was written");
        }
        Files.writeString(manifest, good.substring(0, good.length() / 2));
        refuses(() -> ActivationStore.open(folder), manifest + " is not valid JSON");
        Files.writeString(manifest, good.replace("assay-activations", "other-activations"));
        refuses(() -> ActivationStore.open(folder), manifest + ": format is \"other-activations\"");
        Files.writeString(manifest, good.replace("\"format_version\" : 1", "\"format_version\" : 3"));
        refuses(() -> ActivationStore.open(folder), manifest + ": format_version is 3");
        Files.delete(manifest);
        refuses(() -> ActivationStore.open(folder), folder + " has no activations.json");
    }

    /** Whoever edits a table may also mend its checksum. */
    @Test
    void reportsAForgedManifestInOneSentence() throws IOException {
        store();
        forged(json -> json.put("rows", ROWS - 1), "rows is " + (ROWS - 1) + ", expected " + ROWS);
        forged(json -> json.put("type", "F64"), "type is \"F64\", expected F32 or F16");
        forged(json -> json.put("type", "F16"), "tensor " + SITE + " is F32 (383, 2048), expected F16 (383, 2048)");
        forged(json -> json.put("shard_rows", 0), "shard_rows is 0, expected at least 1");
        forged(json -> json.put("shard_rows", 5000), "shards is ");
        forged(
                json -> ((ObjectNode) json.get("shards").get(0)).put("checksum_rows", -1),
                "shards[0].checksum_rows is -1, expected from 0 to 16384");
        forged(json -> json.remove("shards"), "has no shards, expected a list of objects");
        forged(json -> json.put("shards", 3), "shards is 3, expected a list of objects");
        forged(json -> json.putArray("sites"), "sites is [], expected at least one site");
        forged(
                json -> ((ObjectNode) json.get("sites").get(0)).put("width", 2047),
                "tensor " + SITE + " is F32 (383, 2048), expected F32 (383, 2047)");
        forged(
                json -> ((ObjectNode) json.get("shards").get(1)).put("file", "../secret"),
                "shards[1].file is \"../secret\", expected \"rows-000000000383-000000000766.safetensors\"");
        forged(
                json -> ((ObjectNode) json.get("shards").get(1)).put("rows", -1),
                "shards[1].rows is -1, expected from 1 to shard_rows, which is 383");
        forged(
                json -> ((ObjectNode) json.get("shards").get(1).get("next")).put("epoch", -1),
                "shards[1].next.epoch is -1, expected an integer that is not negative");
    }

    private void forged(Consumer<ObjectNode> change, String message) throws IOException {
        Path manifest = folder.resolve("activations.json");
        String good = Files.readString(manifest);
        ObjectNode json = (ObjectNode) Json.read(manifest);
        json.remove("sha256");
        change.accept(json);
        json.put("sha256", new Sha256().add(json.toString()).hex());
        Files.writeString(manifest, json.toString());
        refuses(() -> ActivationStore.open(folder), message);
        Files.writeString(manifest, good);
    }

    @Test
    void rejectsAnEmptyStoreAsASource() throws IOException {
        CountingSource broken = new CountingSource(WIDTH, pass -> 50).listener(pass -> {
            throw new IOException("broken");
        });
        assertThrows(IOException.class, () -> write(broken));
        ActivationStore store = ActivationStore.open(folder);
        assertFalse(store.complete());
        refuses(() -> store.source(SITE), folder + " has no rows, expected at least one");
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private static void refuses(Attempt attempt, String message) {
        String found = assertThrows(InvalidInputException.class, attempt::run).getMessage();
        assertTrue(found.contains(message), found);
        assertEquals(1, found.lines().count(), found);
    }
}
