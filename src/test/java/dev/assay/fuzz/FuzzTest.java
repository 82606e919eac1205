package dev.assay.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.CheckpointFolder;
import dev.assay.checkpoint.Safetensors;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.MemoryUse;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged files: each must load, or be refused with one sentence, without taking memory that the file does not account for.
 *
 * <p>{@code -Dassay.fuzz.cases=10000} sets how many of each kind are tried, {@code -Dassay.fuzz.seed=7} which, and
 * {@code -Dassay.fuzz.only=123} repeats one.
 */
@Timeout(3600)
@Tag("slow")
class FuzzTest {
    private static final int CASES = Integer.getInteger("assay.fuzz.cases", 40);
    private static final long SEED = Long.getLong("assay.fuzz.seed", 1);
    private static final int ONLY = Integer.getInteger("assay.fuzz.only", -1);

    /** Limit of allocated bytes per byte of text: a parsed JSON tree is many times larger than its text. */
    private static final long HEAP_PER_BYTE = 200;

    private static final long HEAP_ANYWAY = 16L << 20;
    private static final long RESIDENT_GROWTH = 512L << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private Path folder;

    /** Reads the damaged file in the folder. */
    private interface Reading {
        void run() throws IOException;
    }

    /** Damages the file and returns its new size. */
    private interface Damage {
        long apply(Mutator mutator) throws IOException;
    }

    private void cases(Damage damage, Reading reading) throws IOException {
        long peakBefore = MemoryUse.peakResidentBytes();
        for (int i = Math.max(0, ONLY); i < (ONLY < 0 ? CASES : ONLY + 1); i++) {
            long size = damage.apply(new Mutator(new SplittableRandom(SEED * 1_000_003 + i)));
            attempt("case " + i + " of seed " + SEED, size, reading);
        }
        long growth = MemoryUse.peakResidentBytes() - peakBefore;
        assertTrue(growth < RESIDENT_GROWTH, () -> "the process grew by " + growth + " bytes");
    }

    private static void attempt(String name, long size, Reading reading) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            reading.run();
        } catch (InvalidInputException | IOException refused) {
            String message = String.valueOf(refused.getMessage());
            boolean sentence = !message.isBlank() && message.lines().count() == 1 && message.length() < 1500;
            assertTrue(sentence, () -> name + ": " + refused);
        } catch (Throwable other) {
            throw new AssertionError(name, other);
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        long limit = HEAP_ANYWAY + HEAP_PER_BYTE * size;
        assertTrue(allocated <= limit, () -> name + " took " + allocated + " bytes, expected at most " + limit);
    }

    private static Path resource(String name) {
        try {
            return Path.of(FuzzTest.class.getResource("/dev/assay/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private void copy(Path from) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    private static long write(Path file, byte[] content) throws IOException {
        Files.write(file, content);
        return content.length;
    }

    @Test
    void handlesDamagedSafetensorsHeaders() throws IOException {
        byte[] original = Files.readAllBytes(resource("model/gpt_neox/model.safetensors"));
        int length =
                (int) ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN).getLong();
        byte[] header = Arrays.copyOfRange(original, 8, 8 + length);
        byte[] data = Arrays.copyOfRange(original, 8 + length, original.length);
        Path file = folder.resolve("damaged.safetensors");
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            read(resource("model/gpt_neox/model.safetensors"), manager);
            cases(mutator -> write(file, mutator.safetensors(header, data)), () -> read(file, manager));
        }
    }

    private static void read(Path file, NDManager manager) throws IOException {
        try (Safetensors opened = Safetensors.open(file)) {
            for (String tensor : opened.names()) {
                try (Scope scope = Scope.open()) {
                    opened.load(manager, tensor);
                }
            }
        }
    }

    @Test
    void handlesDamagedIndexFiles() throws IOException {
        copy(resource("model/gpt_neox"));
        Files.move(folder.resolve("model.safetensors"), folder.resolve("shard-1.safetensors"));
        Files.copy(resource("model/gpt2/model.safetensors"), folder.resolve("shard-2.safetensors"));
        Files.createDirectory(folder.resolve("folder.safetensors"));
        ObjectNode index = MAPPER.createObjectNode();
        index.putObject("metadata").put("total_size", 345_000);
        ObjectNode weights = index.putObject("weight_map");
        for (int shard = 1; shard <= 2; shard++) {
            String name = "shard-" + shard + ".safetensors";
            try (Safetensors opened = Safetensors.open(folder.resolve(name))) {
                opened.names().forEach(tensor -> weights.put(tensor, name));
            }
        }
        byte[] original = MAPPER.writeValueAsBytes(index);
        Path file = folder.resolve("model.safetensors.index.json");
        long shards = Files.size(folder.resolve("shard-1.safetensors"));
        cases(
                mutator -> write(file, mutator.json(original)) + shards,
                () -> CheckpointFolder.open(folder).close());
    }

    static Stream<String> families() throws IOException {
        try (Stream<Path> folders = Files.list(resource("model"))) {
            return folders
                    .filter(folder -> Files.exists(folder.resolve("config.json")))
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void handlesDamagedConfigurations(String family) throws IOException {
        copy(resource("model/" + family));
        Path file = folder.resolve("config.json");
        byte[] original = Files.readAllBytes(file);
        run(folder);
        long weights = Files.size(file.resolveSibling("expected.safetensors"));
        cases(mutator -> write(file, mutator.json(original)) + weights, () -> run(folder));
    }

    private static void run(Path folder) throws IOException {
        try (HookedTransformer model = HookedTransformer.load(folder);
                Scope scope = Scope.open()) {
            model.forward(model.manager().create(new long[] {0, 1, 2}, new Shape(1, 3)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytelevel_bpe",
                "bytelevel_prefix",
                "gemma",
                "llama3_split",
                "llama_legacy",
                "llama_metaspace",
                "unigram",
                "wordpiece"
            })
    void handlesDamagedTokenizers(String kind) throws IOException {
        copy(resource("text/tokenizer/" + kind));
        Path file = folder.resolve("tokenizer.json");
        byte[] original = Files.readAllBytes(file);
        tokenize(folder);
        cases(mutator -> write(file, mutator.json(original)), () -> tokenize(folder));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"tokenizer_config.json", "special_tokens_map.json", "config.json", "generation_config.json"})
    void handlesDamagedTokenizerFiles(String name) throws IOException {
        copy(resource("text/tokenizer/llama_legacy"));
        byte[] original = ("{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\", \"bos_token_id\": 1,"
                        + " \"eos_token_id\": [2, 1]}")
                .getBytes();
        tokenize(folder);
        cases(mutator -> write(folder.resolve(name), mutator.json(original)), () -> tokenize(folder));
    }

    private static void tokenize(Path folder) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            for (String text : new String[] {"The model reads\n  the next word.", "", " naïve 😀\uD800 日本語<s></s>"}) {
                int[] ids = tokenizer.encodeWithOffsets(text, true).ids();
                tokenizer.decode(ids);
                tokenizer.decode(ids, true);
                for (int id : tokenizer.encode(text)) {
                    tokenizer.token(id);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "topk",
                "legacy_v3_topk",
                "gated",
                "skip_transcoder",
                "jumprelu_transcoder",
                "batchtopk/training_checkpoint",
                "formats/sparsify/layers.2.mlp"
            })
    void handlesDamagedDictionaries(String kind) throws IOException {
        copy(resource("sae/" + kind));
        Path file = folder.resolve("cfg.json");
        byte[] original = Files.readAllBytes(file);
        encode(folder);
        long weights = Files.size(resource("sae/topk/sae_weights.safetensors"));
        cases(mutator -> write(file, mutator.json(original)) + weights, () -> encode(folder));
    }

    @Test
    void handlesDamagedNumpyArchives() throws IOException {
        byte[] original = Files.readAllBytes(resource("sae/formats/gemma_scope/params.npz"));
        Path file = folder.resolve("params.npz");
        Files.write(file, original);
        encode(file);
        cases(mutator -> write(file, mutator.bytes(original)), () -> encode(file));
    }

    private static void encode(Path folder) throws IOException {
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder);
                Scope scope = Scope.open()) {
            sae.reconstruct(sae.encoder().getManager().ones(new Shape(3, sae.dIn())));
        }
    }
}
