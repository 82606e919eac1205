package dev.assay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.activation.ActivationRows;
import dev.assay.activation.store.ActivationStore;
import dev.assay.cli.Assay;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Opens the files that Assay 0.1.0 wrote (src/test/resources/golden/0.1.0, whose README.md lists the commands) and compares what is read
 * with the values that version computed.
 *
 * <p>Sums of floats depend on the processor's instructions. {@code processor_probe} holds activations as the recording machine computed
 * them. A processor that repeats them bit for bit must resume to the recorded bytes; on another one the weights must be close.
 */
@Tag("slow")
class GoldenFilesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/0.1.0");
    private static final double CLOSE = 1e-4;

    @TempDir
    private Path folder;

    private JsonNode expected;

    @BeforeEach
    void copyFiles() throws IOException {
        expected = Json.mapper().readTree(Files.readString(GOLDEN.resolve("expected.json")));
        try (Stream<Path> files = Files.walk(GOLDEN)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = folder.resolve(GOLDEN.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }

    @Test
    void opensEveryDictionaryWithTheRecordedCodes() throws IOException {
        float[] x = new float[4 * 128];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (4 * StrictMath.sin(1 + 0.37 * i));
        }
        List<String> failures = new ArrayList<>();
        int opened = 0;
        for (Map.Entry<String, JsonNode> recorded : expected.get("dictionaries").properties()) {
            try (NDManager manager = NDManager.newBaseManager("PyTorch");
                    SparseAutoencoder sae = SparseAutoencoder.load(folder.resolve(recorded.getKey()))) {
                JsonNode values = recorded.getValue();
                assertEquals(values.get("d_in").intValue(), sae.dIn());
                assertEquals(values.get("d_sae").intValue(), sae.dSae());
                assertEquals(values.get("transcodes").booleanValue(), sae.transcodes());
                NDArray input = manager.create(x, new Shape(4, 128));
                compare(
                        recorded.getKey() + ": codes",
                        values.get("codes"),
                        sae.encode(input).dense().toFloatArray(),
                        failures);
                compare(
                        recorded.getKey() + ": reconstruction",
                        values.get("reconstruction"),
                        sae.decode(sae.encode(input), input).toFloatArray(),
                        failures);
                opened++;
            }
        }
        assertEquals(List.of(), failures);
        assertEquals(8, opened);
    }

    @Test
    void opensFeatureStoreWithTheRecordedStatistics() throws IOException {
        FeatureStore store = FeatureStore.open(folder.resolve("run/features"));
        assertEquals(List.of(), store.verify());
        JsonNode recorded = expected.get("feature_store");
        assertEquals(recorded.get("latents").intValue(), store.latents());
        assertEquals(recorded.get("tokens").longValue(), store.tokens());
        assertEquals(recorded.get("activations").longValue(), store.activations());
        assertEquals(3, recorded.get("stats").size());
        for (JsonNode values : recorded.get("stats")) {
            int latent = values.get("latent").intValue();
            FeatureStats stats = store.stats(latent);
            assertEquals(values.get("density").doubleValue(), store.density(latent));
            assertEquals(values.get("max").doubleValue(), store.maxActivation(latent));
            assertEquals(values.get("mean").doubleValue(), stats.mean());
            assertEquals(values.get("deviation").doubleValue(), stats.deviation());
            assertEquals(values.get("kurtosis").doubleValue(), stats.kurtosis());
            assertEquals(values.get("median").doubleValue(), store.quantile(latent, 0.5));
            Example top = store.topExamples(latent, 1).get(0);
            assertEquals(values.get("top_position").longValue(), top.position());
            assertEquals(values.get("top_tokens").textValue(), String.join("", top.tokens()));
            FeatureActivations activations = store.activations(latent);
            assertEquals(values.get("first_position").longValue(), activations.position(0));
            assertEquals(values.get("first_value").floatValue(), activations.value(0));
        }
    }

    @Test
    void opensActivationStoreWithTheRecordedRows() throws IOException {
        ActivationStore store = ActivationStore.open(folder.resolve("activations"));
        assertEquals(List.of(), store.verify(false));
        JsonNode recorded = expected.get("activations");
        assertEquals(recorded.get("rows").longValue(), store.rows());
        assertEquals(recorded.get("type").textValue(), store.type().toString());
        assertEquals(recorded.get("model_hash").textValue(), store.modelHash());
        assertEquals(recorded.get("sites").toString(), Json.mapper().writeValueAsString(store.sites()));
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            ActivationRows rows = store.rows(manager, 39, 41); // the last row of one shard, the first of the next
            float[] values = rows.values().toFloatArray();
            JsonNode row = recorded.get("rows_39_to_41");
            for (int i = 0; i < row.size(); i++) {
                assertEquals(row.get(i).floatValue(), values[i / 4 * 128 + i % 4]);
            }
            assertEquals(recorded.get("tokens").toString(), Json.mapper().writeValueAsString(rows.tokens()));
            assertEquals(recorded.get("documents").toString(), Json.mapper().writeValueAsString(rows.documents()));
            assertEquals(recorded.get("positions").toString(), Json.mapper().writeValueAsString(rows.positions()));
        }
    }

    @Test
    void evaluatesRunFolderToTheRecordedFigures() throws IOException {
        JsonNode recorded = Json.mapper().readTree(Files.readString(GOLDEN.resolve("run/evaluation.json")));
        Files.delete(folder.resolve("run/evaluation.json"));
        assay("evaluate", folder.resolve("run").toString(), "--tokens", "200");
        JsonNode found = Json.mapper().readTree(Files.readString(folder.resolve("run/evaluation.json")));
        assertTrue(recorded.size() >= 13);
        for (Map.Entry<String, JsonNode> figure : recorded.properties()) {
            double value = figure.getValue().doubleValue();
            assertEquals(
                    value, found.get(figure.getKey()).doubleValue(), CLOSE * (1 + Math.abs(value)), figure.getKey());
        }
    }

    @Test
    void resumesInterruptedRunToTheRecordedWeights() throws IOException {
        Path run = folder.resolve("interrupted");
        assay(
                "train",
                "--model",
                "assay/stories",
                "--text",
                "assay/stories/20",
                "--tokens",
                "80",
                "--batch",
                "8",
                "--d-sae",
                "16",
                "--context",
                "32",
                "--hook",
                "blocks.1.hook_resid_post",
                "--k",
                "4",
                "--out",
                run.toString());
        assertSameWeights(GOLDEN.resolve("run"), run);
        JsonNode recorded = Json.mapper().readTree(Files.readString(GOLDEN.resolve("run/metrics.jsonl")));
        List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
        assertEquals(1, lines.size());
        JsonNode found = Json.mapper().readTree(lines.get(0));
        for (Map.Entry<String, JsonNode> metric : recorded.properties()) {
            if (!metric.getKey().equals("details/tokens_per_second")) {
                double value = metric.getValue().doubleValue();
                assertEquals(
                        value,
                        found.get(metric.getKey()).doubleValue(),
                        CLOSE * (1 + Math.abs(value)),
                        metric.getKey());
            }
        }
    }

    @Test
    void resumesSweepToTheRecordedWeightsAndTable() throws IOException {
        Path sweep = folder.resolve("interrupted-sweep");
        assay("sweep", GOLDEN.resolve("sweep.yaml").toString(), "--out", sweep.toString());
        JsonNode recorded = Json.mapper().readTree(Files.readString(GOLDEN.resolve("sweep/sweep.json")));
        JsonNode found = Json.mapper().readTree(Files.readString(sweep.resolve("sweep.json")));
        assertEquals(recorded.get("rows").size(), found.get("rows").size());
        for (int i = 0; i < recorded.get("rows").size(); i++) {
            JsonNode row = recorded.get("rows").get(i);
            JsonNode other = found.get("rows").get(i);
            assertEquals(row.get("name"), other.get("name"));
            for (String figure :
                    List.of("l0", "explained_variance", "ce_loss_with_sae", "loss_recovered_mean_ablation")) {
                assertEquals(row.get(figure).doubleValue(), other.get(figure).doubleValue(), 1e-3, figure);
            }
            String member = row.get("name").textValue();
            assertSameWeights(GOLDEN.resolve("sweep").resolve(member), sweep.resolve(member));
        }
    }

    private void assertSameWeights(Path golden, Path found) throws IOException {
        if (repeatsTheProbe()) {
            for (String file : List.of("sae_weights.safetensors", "sparsity.safetensors")) {
                assertArrayEquals(
                        Files.readAllBytes(golden.resolve(file)),
                        Files.readAllBytes(found.resolve(file)),
                        found + "/" + file);
            }
            return;
        }
        try (SparseAutoencoder one = SparseAutoencoder.load(golden);
                SparseAutoencoder other = SparseAutoencoder.load(found)) {
            assertClose(one.encoder(), other.encoder());
            assertClose(one.encoderBias(), other.encoderBias());
            assertClose(one.decoder(), other.decoder());
            assertClose(one.decoderBias(), other.decoderBias());
        }
    }

    private static void assertClose(NDArray expected, NDArray found) {
        assertArrayEquals(expected.toFloatArray(), found.toFloatArray(), 1e-3f);
    }

    /** Whether this processor computes the recorded activations bit for bit. */
    private boolean repeatsTheProbe() throws IOException {
        long[] ids = new long[4 * 32];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = 1 + i * 37L % 1000;
        }
        JsonNode recorded = expected.get("processor_probe");
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                HookedTransformer model = HookedTransformer.load("assay/stories");
                ActivationCache cache = model.cache(manager.create(ids, new Shape(4, 32)), HookPoint.residPost(3))) {
            float[] values = cache.get(HookPoint.residPost(3)).toFloatArray();
            float[] last = Arrays.copyOfRange(values, values.length - recorded.size(), values.length);
            boolean equal = true;
            for (int i = 0; i < last.length; i++) {
                float value = recorded.get(i).floatValue();
                assertEquals(value, last[i], CLOSE * (1 + Math.abs(value)));
                equal &= value == last[i];
            }
            return equal;
        }
    }

    private static void compare(String name, JsonNode expected, float[] found, List<String> failures) {
        for (int i = 0; i < expected.size(); i++) {
            double value = expected.get(i).doubleValue();
            if (!(Math.abs(value - found[i]) <= CLOSE * (1 + Math.abs(value)))) {
                failures.add(name + "[" + i + "] is " + found[i] + ", expected " + value);
            }
        }
    }

    private static void assay(String... arguments) {
        StringWriter errors = new StringWriter();
        int code = Assay.run(new PrintWriter(new StringWriter()), new PrintWriter(errors), arguments);
        assertEquals(0, code, errors.toString());
    }
}
