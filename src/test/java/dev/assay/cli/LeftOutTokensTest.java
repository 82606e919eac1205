package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import dev.assay.model.Fixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --skip-positions} and {@code --max-norm-ratio} of {@code train}, {@code harvest}, {@code sweep} and {@code evaluate}. */
@Tag("slow")
class LeftOutTokensTest {
    private static final String SITE = "blocks.1.hook_resid_post";
    private static final String TEXT = "assay/stories/60";

    private final String model = Fixtures.folder("gpt_neox").toString();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path temporary;

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private Path train(String name, String... more) {
        Path folder = temporary.resolve(name);
        List<String> arguments = new ArrayList<>(List.of("train", "--k", "4", "--d-sae", "32", "--tokens", "2000"));
        arguments.addAll(List.of("--batch", "100", "--out", folder.toString()));
        arguments.addAll(List.of(more));
        assertEquals(0, run(arguments.toArray(String[]::new)), err::toString);
        return folder;
    }

    private Path trainOnText(String name, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--model", model, "--text", TEXT));
        arguments.addAll(List.of("--hook", SITE, "--context", "32"));
        arguments.addAll(List.of(more));
        return train(name, arguments.toArray(String[]::new));
    }

    private JsonNode evaluate(Path folder, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("evaluate", folder.toString(), "--tokens", "500", "--json"));
        arguments.addAll(List.of(more));
        assertEquals(0, run(arguments.toArray(String[]::new)), err::toString);
        return Json.mapper().readTree(out.toString());
    }

    private static JsonNode metadata(Path folder) throws IOException {
        return Json.read(folder.resolve("cfg.json")).get("metadata");
    }

    @Test
    void dictionaryTrainedWithoutTokensIsEvaluatedWithoutThem() throws IOException {
        Path all = trainOnText("all");
        assertFalse(metadata(all).has("seqpos_slice"));
        assertFalse(metadata(all).has("largest_norms"));
        Path skipping = trainOnText("skipping", "--skip-positions", "8", "--max-norm-ratio", "1.5");
        assertEquals("[8,null]", metadata(skipping).get("seqpos_slice").toString());
        assertTrue(metadata(skipping).get("largest_norms").get(SITE).asDouble() > 0);
        double tokens = evaluate(all).get("tokens").asDouble();
        double positions = evaluate(all, "--skip-positions", "8").get("tokens").asDouble();
        assertEquals(0.75, positions / tokens, 0.02);
        double kept = evaluate(skipping).get("tokens").asDouble();
        assertTrue(kept <= positions && kept > positions / 2, () -> kept + " of " + positions);
        assertTrue(evaluate(all, "--max-norm-ratio", "1.01").get("tokens").asDouble() < 0.7 * tokens);
    }

    @Test
    void runTrainedWithoutTokensResumesAndRefusesOtherBounds() {
        String[] bound = {"--max-norm-ratio", "2"};
        trainOnText("run", bound);
        trainOnText("run", bound);
        List<String> other = new ArrayList<>(List.of("train", "--model", model, "--text", TEXT, "--hook", SITE));
        other.addAll(List.of("--context", "32", "--k", "4", "--d-sae", "32", "--tokens", "2000", "--batch", "100"));
        other.addAll(List.of("--out", temporary.resolve("run").toString(), "--max-norm-ratio", "3"));
        assertEquals(2, run(other.toArray(String[]::new)));
        assertTrue(err.toString().contains("largest_norms"), err::toString);
    }

    @Test
    void storeHarvestedWithoutPositionsPassesThemToItsDictionaries() throws IOException {
        Path store = temporary.resolve("store");
        String[] harvest = {
            "harvest",
            "--model",
            model,
            "--text",
            TEXT,
            "--hook",
            SITE,
            "--context",
            "32",
            "--tokens",
            "2500",
            "--skip-positions",
            "1",
            "--out",
            store.toString()
        };
        assertEquals(0, run(harvest), err::toString);
        Path trained = train("stored", "--activations", store.toString(), "--max-norm-ratio", "4");
        assertEquals("[1,null]", metadata(trained).get("seqpos_slice").toString());
        assertTrue(metadata(trained).has("largest_norms"));
        String[] again = {
            "train",
            "--activations",
            store.toString(),
            "--skip-positions",
            "1",
            "--k",
            "4",
            "--d-sae",
            "32",
            "--tokens",
            "2000",
            "--batch",
            "100",
            "--out",
            temporary.resolve("refused").toString()
        };
        assertEquals(2, run(again));
        assertTrue(err.toString().contains("stored activations can only be harvested without them"), err::toString);
        assertFalse(Files.exists(temporary.resolve("refused/cfg.json")));
    }

    @Test
    void membersOfASweepShareTheTokensThatAreLeftOut() throws IOException {
        Path file = temporary.resolve("sweep.yaml");
        Files.writeString(
                file,
                String.join(
                        "\n",
                        "model: " + model,
                        "text: [" + TEXT + "]",
                        "context: 32",
                        "sites: [" + SITE + "]",
                        "tokens: 2000",
                        "batch: 100",
                        "evaluation_tokens: 200",
                        "skip_positions: 2",
                        "max_norm_ratio: 3",
                        "members:",
                        "  - {method: topk, k: [2, 4], d_sae: 32}",
                        ""));
        Path folder = temporary.resolve("sweep");
        assertEquals(0, run("sweep", file.toString(), "--out", folder.toString()), err::toString);
        for (String member : List.of("topk-2-32", "topk-4-32")) {
            assertEquals(
                    "[2,null]",
                    metadata(folder.resolve(member)).get("seqpos_slice").toString());
            assertTrue(metadata(folder.resolve(member)).get("largest_norms").has(SITE));
        }
    }
}
