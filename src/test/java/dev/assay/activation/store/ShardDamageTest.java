package dev.assay.activation.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.CountingSource;
import dev.assay.activation.StreamPosition;
import dev.assay.checkpoint.Safetensors;
import dev.assay.checkpoint.TensorInfo;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards with a flipped bit: reading the damaged rows fails, and reading other rows does not. */
class ShardDamageTest {
    private static final List<String> SITES = List.of("a", "b");
    private static final int WIDTH = 300;

    @TempDir
    private Path folder;

    private ActivationStore store;
    private Path shard;

    @BeforeEach
    void harvest() throws IOException {
        CountingSource source = new CountingSource(WIDTH + 70, pass -> 37)
                .sites(SITES, List.of(WIDTH, 70))
                .indexScale(1e-4);
        store = ActivationStore.write(source, folder)
                .tokens(200)
                .progress(false)
                .run()
                .store();
        shard = folder.resolve(StoredShard.name(0, 200));
    }

    private void flip(String tensor, int row) throws IOException {
        byte[] bytes = Files.readAllBytes(shard);
        try (Safetensors file = Safetensors.open(shard)) {
            TensorInfo info = file.info(tensor);
            long rowBytes = (info.end() - info.begin()) / info.shape().get(0);
            bytes[(int) (info.begin() + row * rowBytes)] ^= 1;
        }
        Files.write(shard, bytes);
    }

    private float[] rows(int from, int to) throws IOException {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            ActivationRows rows = store.rows(manager, from, to);
            return rows.values().toFloatArray();
        }
    }

    @Test
    void everyRangeOfRowsIsReadFromItsBlocks() throws IOException {
        float[] all = rows(0, 200);
        for (int[] range : new int[][] {{0, 1}, {7, 9}, {8, 16}, {15, 200}, {199, 200}}) {
            float[] part = rows(range[0], range[1]);
            float[] expected = java.util.Arrays.copyOfRange(all, range[0] * (WIDTH + 70), range[1] * (WIDTH + 70));
            assertArrayEquals(expected, part);
            assertEquals(range[1] - range[0], store.labels(range[0], range[1]).tokens().length);
        }
    }

    @Test
    void damagedValueIsFoundWhenItIsRead() throws IOException {
        float[] before = rows(0, 50);
        flip("a", 100);
        assertArrayEquals(before, rows(0, 50));
        String message =
                assertThrows(InvalidInputException.class, () -> rows(90, 120)).getMessage();
        assertTrue(
                message.startsWith(shard + " is damaged: the checksum of rows 96 to 104 of a does not match"), message);
        assertThrows(InvalidInputException.class, () -> {
            try (ActivationStream stream = store.source("a").open(StreamPosition.START)) {
                stream.next();
            }
        });
        try (ActivationStream other = store.source("b").open(StreamPosition.START);
                Scope scope = Scope.open()) {
            other.next();
        }
    }

    @Test
    void damagedLabelsAndChecksumsAreFound() throws IOException {
        flip(StoreDescription.TOKENS, 3);
        assertThrows(InvalidInputException.class, () -> store.labels(0, 10));
        flip(StoreDescription.TOKENS, 3);
        store.labels(0, 10);
        flip(RowChecksums.TENSOR, 0);
        assertThrows(InvalidInputException.class, () -> rows(0, 10));
    }
}
