package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.ChildJvm;
import dev.assay.io.Json;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All commands on a transcoder, from training to serving and exporting. */
@Timeout(240)
@Tag("slow")
class TranscoderFlowTest {
    private static final String READ = "blocks.1.ln2.hook_normalized";
    private static final String WRITTEN = "blocks.1.hook_mlp_out";
    private static final String PROMPT = "Tom saw a dog";

    @TempDir
    Path temporary;

    private String run(String... command) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertEquals(
                0,
                Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), command),
                () -> command[0] + ": " + err);
        return out.toString();
    }

    private JsonNode json(String... command) throws Exception {
        return Json.mapper().readTree(run(command));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void passesThroughEveryCommandFromTrainingToExport(boolean skip) throws Exception {
        String folder = temporary.resolve("tc").toString();
        train(folder, skip);
        JsonNode metadata = Json.read(Path.of(folder, "cfg.json")).path("metadata");
        assertEquals(READ, metadata.path("hook_name").textValue());
        assertEquals(WRITTEN, metadata.path("hook_name_out").textValue());

        JsonNode figures = json("evaluate", folder, "--tokens", "2000", "--json");
        assertEquals(READ, figures.at("/provenance/reads/0").textValue());
        assertEquals(WRITTEN, figures.at("/provenance/writes/0").textValue());
        double explained = figures.path("explained_variance").asDouble();
        assertTrue(explained > 0.1 && explained < 1, "explained variance of the target " + explained);
        double recovered = figures.path("loss_recovered_mean_ablation").asDouble();
        assertTrue(recovered > 0.1 && recovered < 1.05, "loss recovered at the written site " + recovered);
        assertTrue(figures.path("ce_loss_without_sae").asDouble()
                < figures.path("ce_loss_with_mean_ablation").asDouble());

        run("inspect", folder, "--tokens", "2000");
        assertTrue(Files.size(Path.of(folder, "features.html")) > 1000);
        int feature = strongest(folder);
        String report = run("inspect", folder, "--feature", "" + feature, "--effects", "1");
        assertTrue(report.contains("ablated, at token"), report);
        String ranked =
                run("inspect", folder, "--prompt", PROMPT, "--rank", "effect", "--candidates", "4", "--top", "4");
        assertTrue(ranked.contains("computed for the 4 "), ranked);

        JsonNode steered = json(
                        "steer", folder, "--prompt", PROMPT, "--feature", feature + "=8", "--new-tokens", "3", "--json")
                .path("run");
        assertEquals(WRITTEN, steered.path("changes").path(0).path("site").textValue());
        assertTrue(steered.path("kl_divergence").asDouble() > 1e-4, steered::toString);
        JsonNode dropped = json(
                        "steer",
                        folder,
                        "--prompt",
                        PROMPT,
                        "--feature",
                        feature + "=0",
                        "--drop-error",
                        "--new-tokens",
                        "1",
                        "--json")
                .path("run");
        assertTrue(dropped.path("kl_divergence").asDouble() > 1e-6, dropped::toString);

        JsonNode exact = json("attribute", folder, "--prompt", PROMPT, "--method", "exact", "--top", "8", "--json");
        assertEquals(WRITTEN, exact.path("effects").path(0).path("site").textValue());
        assertTrue(exact.path("correlation").asDouble() > 0.8, exact::toString);
        assertServes(folder);

        String exported = temporary.resolve("neuronpedia").toString();
        run("export", folder, "--neuronpedia", exported, "--model-id", "stories", "--source-id", "1-tc");
        try (Stream<Path> files = Files.list(Path.of(exported))) {
            assertFalse(files.toList().isEmpty());
        }
    }

    private void train(String folder, boolean skip) {
        List<String> command = new ArrayList<>(List.of(
                "train",
                "--model",
                "assay/stories",
                "--text",
                "assay/stories/300",
                "--hook",
                READ,
                "--target",
                WRITTEN));
        command.addAll(List.of("--k", "8", "--d-sae", "64", "--tokens", "20000", "--batch", "500", "--out", folder));
        if (skip) {
            command.add("--skip");
        }
        run(command.toArray(String[]::new));
    }

    private int strongest(String folder) {
        String list = run("inspect", folder, "--top", "1");
        Matcher number = Pattern.compile("(?m)^\\s*(\\d+)\\s").matcher(list);
        assertTrue(number.find(), list);
        return Integer.parseInt(number.group(1));
    }

    private void assertServes(String folder) throws Exception {
        Process process = ChildJvm.of(Assay.class, "serve", folder, "--port", "0")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = process.inputReader()) {
            String line = output.readLine();
            Matcher address = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/").matcher("" + line);
            assertTrue(address.find(), line);
            HttpRequest request = HttpRequest.newBuilder(URI.create(address.group() + "api/prompt"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "{\"text\": \"" + PROMPT + "\", \"ranking\": \"attribution\", \"count\": 3}"))
                    .build();
            HttpResponse<String> response =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            assertEquals(200, response.statusCode(), response::body);
            assertEquals(
                    3, Json.mapper().readTree(response.body()).path("features").size(), response::body);
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
    }
}
