package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import dev.assay.run.Run;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SweepCommandTest {
    private static final String MEMBERS = """
            tokens: 1500
            batch: 100
            evaluation_tokens: 500
            members:
              - method: topk
                k: [2, 4]
                d_sae: 32
                sites: [blocks.0.hook_resid_post]
              - method: standard
                coefficient: 0.1
                d_sae: 16
                sites: [blocks.0.hook_resid_post]
                lr: 0.01
            """;

    @TempDir
    private Path folder;

    private record Outcome(int code, String out, String errors) {}

    private static Outcome assay(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        int code = Assay.run(new PrintWriter(out), new PrintWriter(errors), arguments);
        return new Outcome(code, out.toString(), errors.toString());
    }

    private Outcome sweep(String text) throws IOException {
        Path file = folder.resolve("sweep.yaml");
        Files.writeString(file, text);
        return assay("sweep", file.toString(), "--out", folder.resolve("out").toString());
    }

    private static String live(String members) {
        return "model: assay/stories\ntext: [assay/stories/60]\nsites: [blocks.0.hook_resid_post, blocks.0.hook_mlp_out]\n"
                + members;
    }

    @Test
    void writesTablePlotAndRunFolderPerMember() throws IOException {
        Outcome outcome = sweep(live(MEMBERS));
        assertEquals("", outcome.errors());
        assertEquals(0, outcome.code());
        List<String> lines = outcome.out().lines().toList();
        assertEquals(5, lines.size(), outcome.out());
        assertEquals("contexts of 128 tokens without BOS", lines.get(0)); // what this tokenizer does
        assertTrue(lines.get(1).contains("loss recovered"), outcome.out());
        Path out = folder.resolve("out");
        JsonNode rows = Json.read(out.resolve("sweep.json")).get("rows");
        assertEquals(3, rows.size());
        assertEquals("topk-2-32", rows.get(0).get("name").asText());
        assertEquals(2, rows.get(0).get("l0").asDouble(), 0.01);
        assertTrue(rows.get(1).get("ce_loss_with_sae").asDouble() > 0);
        byte[] png = Files.readAllBytes(out.resolve("pareto.png"));
        assertEquals("PNG", new String(Arrays.copyOfRange(png, 1, 4), StandardCharsets.US_ASCII));
        String page = Files.readString(out.resolve("pareto.html"));
        assertTrue(page.contains("data:image/png;base64,") && page.contains("topk-4-32"));
        assertFalse(page.contains("http"), "the page loads no other file");
        try (SparseAutoencoder sae = SparseAutoencoder.load(out.resolve("standard-0.1-16"))) {
            assertEquals(16, sae.dSae());
        }
        assertWrittenLikeTrain(out.resolve("topk-4-32"));
        Outcome evaluated = assay("evaluate", out.resolve("topk-4-32").toString(), "--tokens", "500", "--json");
        assertEquals(0, evaluated.code(), evaluated.errors());
        assertEquals(
                rows.get(1).get("explained_variance").asDouble(),
                Json.mapper()
                        .readTree(evaluated.out())
                        .get("explained_variance")
                        .asDouble(),
                1e-9);
        String figures = Files.readString(out.resolve("sweep.json")).replaceAll("\"seconds\".*", "");
        assertEquals(0, sweep(live(MEMBERS)).code()); // repeating the command succeeds
        assertEquals(figures, Files.readString(out.resolve("sweep.json")).replaceAll("\"seconds\".*", ""));
    }

    /** Compares the folder of a member with that of the same run of {@code assay train}, and opens it. */
    private void assertWrittenLikeTrain(Path member) throws IOException {
        Path single = folder.resolve("single");
        List<String> command = new ArrayList<>(List.of("train", "--model", "assay/stories", "--text"));
        command.addAll(List.of("assay/stories/60", "--hook", "blocks.0.hook_resid_post", "--tokens", "1500"));
        command.addAll(List.of("--batch", "100", "--k", "4", "--d-sae", "32", "--out", single.toString()));
        Outcome trained = assay(command.toArray(String[]::new));
        assertEquals(0, trained.code(), trained.errors());
        for (String name : List.of("run.json", "sae_weights.safetensors", "sparsity.safetensors")) {
            assertEquals(-1, Files.mismatch(single.resolve(name), member.resolve(name)), name);
        }
        try (Run run = Run.open(member)) {
            assertEquals(List.of("blocks.0.hook_resid_post"), run.description().hooks());
            assertEquals("60 generated stories (seed 2)", run.corpus().description());
            assertEquals(32, run.dictionary().dSae());
        }
    }

    @Test
    void stoppedMemberIsReportedWithExitCodeOne() throws IOException {
        String members = MEMBERS + "  - method: topk\n    k: 99\n    d_sae: 16\n    sites: [blocks.0.hook_mlp_out]\n";
        for (int run = 0; run < 2; run++) {
            Outcome outcome = sweep(live(members));
            assertEquals(1, outcome.code(), outcome.errors());
            assertTrue(outcome.errors().startsWith("assay: topk-99-16 stopped: k is 99"), outcome.errors());
            assertEquals(1, outcome.errors().lines().count());
            assertEquals(6, outcome.out().lines().count());
        }
    }

    @Test
    void evaluatesDuringTrainingAndSavesTheBestDictionaries() throws IOException {
        String members =
                MEMBERS.replace("    k: [2, 4]", "    k: [2, 4]\n    best_by: evaluation/explained_variance:max")
                        + "evaluate_every: 10\n";
        Outcome outcome = sweep(live(members));
        assertEquals(0, outcome.code(), outcome.errors());
        Path out = folder.resolve("out");
        JsonNode rows = Json.read(out.resolve("sweep.json")).get("rows");
        List<String> lines = Files.readAllLines(out.resolve("topk-4-32/metrics.jsonl"));
        JsonNode last = Json.mapper().readTree(lines.get(lines.size() - 1));
        assertEquals(
                rows.get(1).get("explained_variance").asDouble(),
                last.get("evaluation/explained_variance").asDouble(),
                1e-9);
        try (SparseAutoencoder best = SparseAutoencoder.load(out.resolve("topk-2-32/best"))) {
            assertEquals(32, best.dSae());
        }
        try (Run run = Run.open(out.resolve("topk-2-32/best"))) {
            assertEquals(List.of("blocks.0.hook_resid_post"), run.description().hooks());
            assertEquals("60 generated stories (seed 2)", run.corpus().description());
        }
        assertFalse(Files.exists(out.resolve("standard-0.1-16/best")));
    }

    @Test
    void measuresStoredActivationsWithoutAModel() throws IOException {
        Path store = folder.resolve("store");
        Outcome harvested = assay(
                "harvest",
                "--model",
                "assay/stories",
                "--text",
                "assay/stories/60",
                "--hook",
                "blocks.0.hook_resid_post",
                "--hook",
                "blocks.0.hook_mlp_out",
                "--tokens",
                "2000",
                "--out",
                store.toString());
        assertEquals(0, harvested.code(), harvested.errors());
        String transcoder = MEMBERS
                + "  - {name: across, method: topk, k: 2, d_sae: 16, sites: [blocks.0.hook_resid_post], target: blocks.0.hook_mlp_out}\n";
        Outcome outcome = sweep("activations: " + store + "\n" + transcoder);
        assertEquals("", outcome.errors());
        assertEquals(5, outcome.out().lines().count());
        assertFalse(outcome.out().contains("cross-entropy"), outcome.out());
        JsonNode across =
                Json.read(folder.resolve("out/sweep.json")).get("rows").get(3);
        assertEquals("across-2-16", across.get("name").asText());
        assertTrue(across.get("explained_variance").asDouble() < 1);
    }
}
