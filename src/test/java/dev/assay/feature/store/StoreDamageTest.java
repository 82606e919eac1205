package dev.assay.feature.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.checkpoint.TensorInfo;
import dev.assay.io.Json;
import dev.assay.io.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Tests stores with damaged files and concurrent reads. */
class StoreDamageTest {
    private static final int LATENTS = 12;

    @TempDir
    static Path temporary;

    private static Path sound;

    private Path folder;
    private Path data;

    @BeforeAll
    static void build() throws IOException {
        sound = temporary.resolve("sound");
        new RandomCodes(LATENTS, 60, 9).store(sound, 8, 1 << 16, 4);
    }

    @BeforeEach
    void copy() throws IOException {
        folder = temporary.resolve("damaged");
        Files.createDirectories(folder);
        data = folder.resolve("features.safetensors");
        for (String file : List.of("features.json", "features.safetensors")) {
            Files.copy(sound.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    void verifyReportsAFlippedBitInEachArray() throws IOException {
        FeatureStore store = FeatureStore.open(folder);
        assertEquals(List.of(), store.verify());
        for (TensorInfo array : arrays()) {
            flip(array.begin() + (array.end() - array.begin()) / 2);
            List<String> damages = store.verify();
            assertEquals(1, damages.size(), array.name());
            assertEquals(
                    data + ": the hash of " + array.name()
                            + " does not match the manifest; the store is damaged, collect it again",
                    damages.get(0));
            flip(array.begin() + (array.end() - array.begin()) / 2);
        }
        assertEquals(List.of(), store.verify());
    }

    @Test
    void openRejectsFilesOfWrongSize() throws IOException {
        for (long cut : new long[] {1, 100, Files.size(data) - 4}) {
            copy();
            try (FileChannel channel = FileChannel.open(data, StandardOpenOption.WRITE)) {
                channel.truncate(channel.size() - cut);
            }
            assertRejected("features.safetensors has", () -> FeatureStore.open(folder));
        }
        copy();
        Files.write(data, new byte[1], StandardOpenOption.APPEND);
        assertRejected(
                "expected " + Files.size(sound.resolve("features.safetensors")), () -> FeatureStore.open(folder));
    }

    @Test
    void readsFindAFlippedBitInEachArray() throws IOException {
        String expected = everything(FeatureStore.open(folder), 0);
        for (TensorInfo array : arrays()) {
            long middle = array.begin() + (array.end() - array.begin()) / 2;
            flip(middle);
            String message = "";
            try {
                FeatureStore store = FeatureStore.open(folder);
                for (int latent = 0; latent < LATENTS; latent++) {
                    everything(store, latent);
                }
            } catch (InvalidInputException refused) {
                message = refused.getMessage();
            }
            assertTrue(
                    message.startsWith(data + ": " + array.name() + " is damaged: the checksum of block "),
                    array.name() + message);
            flip(middle);
        }
        assertEquals(expected, everything(FeatureStore.open(folder), 0));
    }

    /** Removes the checksums of blocks, which stores of earlier versions do not have. */
    private void withoutBlockChecksums() throws IOException {
        Path manifest = folder.resolve("features.json");
        ObjectNode json = (ObjectNode) Json.read(manifest);
        json.remove("block_crc32c");
        json.remove("sha256");
        json.put("sha256", new Sha256().add(json.toString()).hex());
        Files.writeString(manifest, Json.pretty(json));
    }

    @Test
    void openRejectsRowOffsetsThatAreNotAscending() throws IOException {
        withoutBlockChecksums();
        long begin = array(StoreLayout.ROW_OFFSETS).begin();
        put(begin + 3 * Long.BYTES, 1L << 40);
        assertRejected("row_offsets is not ascending from 0 to", () -> FeatureStore.open(folder));
        copy();
        withoutBlockChecksums();
        put(begin, 1);
        assertRejected("row_offsets is not ascending from 0 to", () -> FeatureStore.open(folder));
    }

    @Test
    void openRejectsTypesThatDoNotMatchTheLayout() throws IOException {
        byte[] bytes = Files.readAllBytes(data);
        String header = new String(bytes, 8, 200, StandardCharsets.ISO_8859_1);
        int type = 8 + header.indexOf("I64");
        bytes[type] = 'F';
        Files.write(data, bytes);
        assertRejected("is F64", () -> FeatureStore.open(folder));
        bytes[type] = 'X';
        Files.write(data, bytes);
        assertRejected("features.safetensors: dtype of tensor", () -> FeatureStore.open(folder));
    }

    @Test
    void readsRejectDamagedRowsAndTexts() throws IOException {
        withoutBlockChecksums();
        FeatureStore store = FeatureStore.open(folder);
        put(array(StoreLayout.POSITIONS).begin(), 1L << 62 | 1 << 30);
        assertRejected("positions of latent 0 that are not ascending", () -> store.activations(0));
        copy();
        withoutBlockChecksums();
        FeatureStore other = FeatureStore.open(folder);
        put(array(StoreLayout.TOKENS).begin() + 8, -1);
        assertRejected("no text for token -1; the store is damaged", () -> other.context(0));
        put(array(StoreLayout.latentsOf(StoreLayout.JACCARD)).begin(), 99);
        assertRejected("lists latent 99 as coactivating with latent 0", () -> other.coactivating(0, 3));
    }

    @Test
    void concurrentReadsEqualSequentialReads() throws Exception {
        FeatureStore store = FeatureStore.open(folder);
        List<String> expected = new ArrayList<>();
        for (int latent = 0; latent < LATENTS; latent++) {
            expected.add(everything(store, latent));
        }
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Callable<String>> tasks = new ArrayList<>();
            for (int i = 0; i < 10 * LATENTS; i++) {
                int latent = i % LATENTS;
                tasks.add(() -> everything(store, latent));
            }
            List<Future<String>> found = threads.invokeAll(tasks);
            for (int i = 0; i < tasks.size(); i++) {
                assertEquals(expected.get(i % LATENTS), found.get(i).get());
            }
        } finally {
            threads.shutdown();
        }
    }

    private static String everything(FeatureStore store, int latent) {
        StringBuilder text = new StringBuilder();
        text.append(store.stats(latent)).append(store.histogram(latent));
        text.append(store.topExamples(latent, 7)).append(store.examplesByInterval(latent, 4, 3));
        text.append(store.examplesByQuantile(latent, 4, 3)).append(store.coactivating(latent, 4));
        text.append(store.correlated(latent, 4)).append(store.coactivationWith(latent, 3));
        text.append(store.quantile(latent, 0.3)).append(store.share(latent, 2));
        text.append(store.context(40L * latent))
                .append(store.search(FeatureQuery.all().strength(latent, 99)));
        return text.toString();
    }

    private static void assertRejected(String part, Executable executable) {
        String message = assertThrows(InvalidInputException.class, executable).getMessage();
        assertTrue(message.contains(part), message);
        assertEquals(1, message.lines().count());
    }

    private List<TensorInfo> arrays() throws IOException {
        try (Safetensors file = Safetensors.open(data)) {
            return file.names().stream().map(file::info).toList();
        }
    }

    private TensorInfo array(String name) throws IOException {
        return arrays().stream()
                .filter(array -> array.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void flip(long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(data, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 4)}), offset);
        }
    }

    private void put(long offset, long value) throws IOException {
        try (FileChannel channel = FileChannel.open(data, StandardOpenOption.WRITE)) {
            channel.write(
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(value)
                            .flip(),
                    offset);
        }
    }
}
