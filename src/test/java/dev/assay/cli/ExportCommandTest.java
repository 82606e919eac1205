package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.checkpoint.Safetensors;
import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.FeatureStore;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.Provenance;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.TextSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.Util;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ExportCommandTest {
    @TempDir
    private Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path folder;
    private FeatureStore store;

    @BeforeEach
    void collect() throws Exception {
        folder = SavedDictionary.save(temporary.resolve("dictionary"), 1);
        SavedDictionary.collect(folder);
        store = FeatureStore.open(folder.resolve("features"));
    }

    @Test
    void exportsStatisticsAsCsvAndParquet() throws Exception {
        Path csv = temporary.resolve("new/features.csv");
        Path parquet = temporary.resolve("features.parquet");
        assertEquals(0, run("export", folder + "", "--csv", csv + "", "--parquet", parquet + ""), err.toString());
        assertEquals("exported: " + csv + "\nexported: " + parquet + "\n", out.toString());
        List<String> lines = Files.readString(csv).lines().toList();
        assertEquals(
                "latent,tokens,active_tokens,density,max,mean,deviation,skewness,kurtosis,q01,q05,q10,q25,q50,q75,q90,q95,q99,top_tokens",
                lines.get(0));
        assertEquals(1 + store.latents(), lines.size());
        String[] cells = lines.get(8).split(",", 19);
        assertEquals("7", cells[0]);
        assertEquals(store.density(7), Double.parseDouble(cells[3]));
        assertEquals(store.stats(7).quantiles().get(8), Double.parseDouble(cells[17]));
        String tokens = cells[18].substring(1, cells[18].length() - 1).replace("\"\"", "\"");
        String peak = store.topExamples(7, 1)
                .get(0)
                .tokens()
                .get(store.topExamples(7, 1).get(0).peak());
        assertEquals(peak, Json.mapper().readTree(tokens).path(0).asText());

        assertProvenance(
                Json.read(temporary.resolve("new/features.csv.provenance.json")).path("provenance"));
        assertProvenance(Json.mapper().readTree(footer(parquet).get("assay.provenance")));

        // The project's own reader reads the column of texts.
        List<String> texts = new ArrayList<>();
        try (DocumentReader reader =
                TextSource.files(List.of(parquet), "top_tokens").open()) {
            for (Document next = reader.next(); next != null; next = reader.next()) {
                texts.add(next.text());
            }
        }
        assertEquals(store.latents(), texts.size());
        assertEquals(tokens, texts.get(7));
    }

    @Test
    void exportsDensitiesInTheFormatOfSaelens() throws Exception {
        Path file = temporary.resolve("sparsity.safetensors");
        assertEquals(0, run("export", folder.toString(), "--sparsity", file.toString()), err.toString());
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Safetensors tensors = Safetensors.open(file)) {
            float[] found = tensors.load(manager, "sparsity").toFloatArray();
            float[] expected = new float[store.latents()];
            for (int latent = 0; latent < expected.length; latent++) {
                expected[latent] = (float) Math.log10(store.density(latent) + 1e-10);
            }
            assertArrayEquals(expected, found);
        }
    }

    @Test
    void exportsReportsForNeuronpediaAndSaedashboard() throws Exception {
        Path upload = temporary.resolve("upload");
        Path batches = temporary.resolve("batches");
        assertEquals(
                0,
                run(
                        "export",
                        folder.toString(),
                        "--model",
                        SavedDictionary.model(),
                        "--neuronpedia",
                        upload.toString(),
                        "--saedashboard",
                        batches.toString(),
                        "--model-id",
                        "tiny",
                        "--source-id",
                        "1-res-test"),
                err.toString());
        JsonNode request = Json.read(upload.resolve("features-00000.json"));
        assertEquals("tiny", request.path("modelId").asText());
        assertEquals("1-res-test", request.path("source").asText());
        assertTrue(request.path("features").size() > 0);
        JsonNode batch = Json.read(batches.resolve("batch-0.json"));
        assertEquals("tiny", batch.path("model_id").asText());
        assertEquals(1, batch.path("layer").asInt());
        assertEquals(request.path("features").size(), batch.path("features").size());
        assertEquals(List.of("features-00000.json", "provenance.json"), names(upload));
        assertEquals(List.of("batch-0.json", "provenance.json"), names(batches));
        assertProvenance(Json.read(upload.resolve("provenance.json")).path("provenance"));
        assertProvenance(Json.read(batches.resolve("provenance.json")).path("provenance"));
    }

    @Test
    void exportsViewerFilesWithoutAModel() throws Exception {
        Path atoms = temporary.resolve("viewer");
        assertEquals(0, run("export", folder.toString(), "--openai-viewer", atoms.toString()), err.toString());
        for (int latent = 0; latent < store.latents(); latent++) {
            JsonNode atom = Json.read(atoms.resolve("atoms/" + latent + ".json"));
            assertEquals(store.density(latent), atom.path("density").asDouble());
            FeatureStats stats = store.stats(latent);
            double mean = stats.density() * stats.mean();
            assertEquals(mean, atom.path("mean_act").asDouble(), 1e-4 * mean);
            double square = stats.density() * (stats.mean() * stats.mean() + stats.deviation() * stats.deviation());
            assertEquals(square, atom.path("mean_act_squared").asDouble(), 1e-4 * square);
            long counted = 0;
            for (JsonNode bin : atom.path("hist")) {
                counted += bin.asLong();
            }
            assertEquals(stats.activeTokens(), counted);
            for (JsonNode sequence : atom.path("top")) {
                assertEquals(sequence.path("acts").path(sequence.path("idx").asInt()), sequence.path("act"));
                for (int i = 0; i < sequence.path("tokens").size(); i++) {
                    assertEquals(
                            store.token(sequence.path("token_ints").path(i).asInt()),
                            sequence.path("tokens").path(i).asText());
                }
            }
        }
        assertEquals(List.of("atoms", "provenance.json"), names(atoms));
        assertEquals(store.latents(), names(atoms.resolve("atoms")).size());
        assertProvenance(Json.read(atoms.resolve("provenance.json")).path("provenance"));
    }

    @Test
    void interruptedExportsAreRepeatedAndForeignFilesAreKept() throws Exception {
        Path atoms = temporary.resolve("viewer");
        Path csv = temporary.resolve("table.csv");
        String[] command = {"export", folder.toString(), "--csv", csv.toString(), "--openai-viewer", atoms.toString()};
        assertEquals(0, run(command), err.toString());
        Files.delete(csv); // as if the command was interrupted between the two
        assertEquals(0, run(command), err.toString());
        assertTrue(Files.exists(csv));
        assertEquals(store.latents(), names(atoms.resolve("atoms")).size());

        Files.writeString(atoms.resolve("atoms/notes.txt"), "of the user");
        assertFault(atoms + " holds atoms/notes.txt, expected a new", "--openai-viewer", atoms.toString());
        Files.delete(atoms.resolve("atoms/notes.txt"));
        Files.writeString(atoms.resolve("provenance.json"), "{}");
        assertFault(atoms + " holds atoms/0.json, expected a new", "--openai-viewer", atoms.toString());
        assertEquals("{}", Files.readString(atoms.resolve("provenance.json")));
    }

    @Test
    void allTargetsAreCheckedBeforeTheFirstExport() throws Exception {
        Path csv = temporary.resolve("table.csv");
        Path used = Files.createDirectories(temporary.resolve("thesis/x"));
        Files.writeString(used.resolve("thesis.tex"), "years of work");
        assertFault(
                "thesis holds x/thesis.tex",
                "--csv",
                csv.toString(),
                "--openai-viewer",
                used.getParent().toString());
        assertFault("is a folder, expected a file", "--csv", csv.toString(), "--parquet", used.toString());
        assertFault("is the target of two exports", "--csv", csv.toString(), "--parquet", csv.toString());
        assertFault(
                "Neuronpedia needs a name for the model",
                "--csv",
                csv.toString(),
                "--model",
                SavedDictionary.model(),
                "--neuronpedia",
                temporary.resolve("upload").toString());
        assertTrue(Files.notExists(csv));
    }

    @Test
    void reportsMissingOptions() {
        assertFault("nothing to export, expected --csv");
        assertFault(
                "Neuronpedia needs a name for the model, found none",
                "--model",
                SavedDictionary.model(),
                "--neuronpedia",
                temporary.resolve("upload").toString());
        assertTrue(Files.notExists(temporary.resolve("upload")));
    }

    /** Fails unless an export records the origin of the feature store, and the store itself. */
    private void assertProvenance(JsonNode stored) {
        Provenance found = Provenance.read(JsonObject.of(folder, (ObjectNode) stored));
        assertEquals(store.provenance().withParent(store.artifact()), found);
        assertEquals(List.of("blocks.1.hook_resid_post"), found.reads());
        assertEquals(List.of("blocks.1.hook_resid_post"), found.writes());
        assertEquals("100 generated stories (seed 2)", found.text().description());
        assertEquals(
                store.latents() + " latents on " + store.tokens() + " tokens",
                found.parent(ParentArtifact.FEATURES).description());
        assertEquals(64, found.parent(ParentArtifact.FEATURES).hash().length());
        assertEquals(64, found.parent(ParentArtifact.DICTIONARY).hash().length());
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Reads the key-value metadata of a Parquet file with the classes of the format. */
    private static Map<String, String> footer(Path parquet) throws IOException {
        byte[] bytes = Files.readAllBytes(parquet);
        int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
        FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(bytes, bytes.length - 8 - length, length));
        return footer.getKey_value_metadata().stream().collect(Collectors.toMap(KeyValue::getKey, KeyValue::getValue));
    }

    private void assertFault(String part, String... options) {
        List<String> arguments = new ArrayList<>(List.of("export", folder.toString()));
        arguments.addAll(List.of(options));
        err.getBuffer().setLength(0);
        assertEquals(2, run(arguments.toArray(String[]::new)));
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().contains(part), err.toString());
    }

    private int run(String... arguments) {
        return Assay.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }
}
