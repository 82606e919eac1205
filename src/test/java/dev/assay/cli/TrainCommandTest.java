package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options of {@code assay train} and the files that it writes. */
class TrainCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path temporary;

    private int train(String... more) {
        String model = Fixtures.folder("gpt_neox").toString();
        List<String> arguments = new ArrayList<>(List.of("train", "--model", model, "--text", "assay/stories/60"));
        arguments.addAll(List.of("--hook", "blocks.1.hook_resid_post", "--k", "4", "--d-sae", "64", "--context", "32"));
        arguments.addAll(List.of("--tokens", "2000", "--batch", "100", "--out", folder().toString()));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private Path folder() {
        return temporary.resolve("run");
    }

    private List<String> names(String inner) throws IOException {
        try (Stream<Path> files = Files.list(folder().resolve(inner))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void writesRequestedOutputsAndTheBestDictionaryAsARun() throws IOException {
        String[] options = {
            "--tensorboard",
            "--no-report",
            "--keep-checkpoints=3",
            "--checkpoint-seconds=0",
            "--best-by=metrics/explained_variance:max"
        };
        for (int round = 0; round < 2; round++) { // the second round resumes a finished run
            assertEquals(0, train(options), err::toString);
            assertEquals(
                    List.of(
                            "best.safetensors",
                            "step-0000000018.safetensors",
                            "step-0000000019.safetensors",
                            "step-0000000020.safetensors"),
                    names("checkpoints"));
            assertFalse(Files.exists(folder().resolve("report.html")));
            assertEquals(
                    List.of("cfg.json", "run.json", "sae_weights.safetensors", "sparsity.safetensors"), names("best"));
        }
        assertEquals(2, names("tensorboard").size());
        assertEquals(0, run("evaluate", folder().resolve("best").toString(), "--tokens", "200"), err::toString);
    }

    @Test
    void drawsAReportPageByDefault() throws IOException {
        assertEquals(0, train(), err::toString);
        String page = Files.readString(folder().resolve("report.html"));
        assertTrue(page.contains("<h1>run</h1>"));
        assertTrue(page.contains("blocks.1.hook_resid_post of "));
        assertEquals(List.of("step-0000000020.safetensors"), names("checkpoints"));
        assertFalse(Files.exists(folder().resolve("best")));
        assertFalse(Files.exists(folder().resolve("tensorboard")));
    }

    @Test
    void rejectsWrongOptionsInOneSentence() {
        refuses("--best-by is \"metrics/l0\", expected a metric and max or min", "--best-by", "metrics/l0");
        refuses("the checkpoints to keep are 0, expected at least 1", "--keep-checkpoints", "0");
        assertFalse(Files.exists(folder()), "options are checked before the folder is created");
        refuses("the best state is by the metric \"beauty\", expected one of details/", "--best-by", "beauty:max");
    }

    @Test
    void evaluatesOnHeldOutTextDuringTraining() throws IOException {
        assertEquals(0, train(), err::toString);
        byte[] plain = Files.readAllBytes(folder().resolve("sae_weights.safetensors"));
        temporary = temporary.resolve("evaluated");
        String[] options = {
            "--evaluate-every=5",
            "--evaluation-tokens=300",
            "--best-by=evaluation/ce_loss_with_sae:min",
            "--keep-checkpoints=1"
        };
        for (int round = 0; round < 2; round++) { // the second round resumes a finished run
            assertEquals(0, train(options), err::toString);
        }
        assertArrayEquals(plain, Files.readAllBytes(folder().resolve("sae_weights.safetensors")));
        List<JsonNode> evaluated = new ArrayList<>();
        for (String line : Files.readAllLines(folder().resolve("metrics.jsonl"))) {
            JsonNode node = Json.mapper().readTree(line);
            if (node.has("evaluation/loss_recovered")) {
                evaluated.add(node);
            }
        }
        assertEquals(
                List.of(5, 10, 15, 20),
                evaluated.stream().map(line -> line.get("step").asInt()).toList());
        assertMeasured(evaluated.get(3), folder());
        JsonNode best = evaluated.stream()
                .min(Comparator.comparingDouble(
                        line -> line.get("evaluation/ce_loss_with_sae").asDouble()))
                .orElseThrow();
        assertMeasured(best, folder().resolve("best"));
        assertTrue(Files.readString(folder().resolve("report.html")).contains("Loss recovered, held-out"));
    }

    @Test
    void withheldMetricKeepsNoBestDictionaryAndCostsNoResult() throws IOException {
        String[] options = {"--evaluate-every=10", "--evaluation-tokens=300", "--best-by=evaluation/loss_recovered:max"
        };
        assertEquals(0, train(options), err::toString);
        assertTrue(Files.exists(folder().resolve("sae_weights.safetensors")));
        assertFalse(Files.exists(folder().resolve("best")));
        assertTrue(
                err.toString()
                        .contains("warning: best is not written: the metric of --best-by had no finite value at any"),
                err::toString);
    }

    /** Fails unless {@code assay evaluate} measures the numbers of a line of metrics. */
    private void assertMeasured(JsonNode line, Path dictionary) throws IOException {
        assertEquals(0, run("evaluate", dictionary.toString(), "--tokens", "300", "--json"), err::toString);
        JsonNode report = Json.mapper().readTree(out.toString());
        Map.of(
                        "evaluation/explained_variance", "explained_variance",
                        "evaluation/l0", "l0",
                        "evaluation/loss_recovered", "loss_recovered_mean_ablation",
                        "evaluation/ce_loss_with_sae", "ce_loss_with_sae",
                        "evaluation/ce_loss_without_sae", "ce_loss_without_sae")
                .forEach((logged, name) -> {
                    if (report.has(name)) {
                        assertEquals(
                                report.get(name).asDouble(), line.get(logged).asDouble(), 1e-12, logged);
                    } else { // withheld: the model of this test has random weights, so that no ablation hurts for sure
                        assertTrue(report.at("/withheld/" + name).asText().contains("mean ablation"), report::toString);
                        assertEquals("NaN", line.get(logged).asText());
                    }
                });
    }

    @Test
    void appliesOptionsToThePlan() throws IOException {
        assertEquals(
                0,
                train("--lr=0.01", "--betas=0.5,0.9", "--no-centre", "--resample-after", "25%", "--resample-after=50%"),
                err::toString);
        JsonNode plan = Json.read(folder().resolve("cfg.json")).get("metadata").get("training");
        assertEquals(0.01, plan.get("optimizer").get("learningRate").asDouble());
        assertEquals(0.5, plan.get("optimizer").get("beta1").asDouble());
        assertFalse(plan.get("centresInput").asBoolean());
        assertTrue(plan.get("normalizes").asBoolean());
        assertEquals(2, plan.get("revival").get("resampling").get("after").size());
    }

    @Test
    void rejectsMalformedOptionsByFlag() {
        refuses("--warm-up is \"soon\", expected steps such as 1000 or a share such as 5%", "--warm-up=soon");
        refuses("--betas is \"1,2,3\", expected two numbers", "--betas", "1,2,3");
        assertFalse(Files.exists(folder()));
    }

    private void refuses(String message, String... options) {
        assertEquals(2, train(options), err::toString);
        assertTrue(err.toString().contains(message), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
    }
}
