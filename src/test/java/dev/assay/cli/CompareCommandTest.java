package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import dev.assay.model.Fixtures;
import dev.assay.run.RunDescription;
import dev.assay.run.TextDescription;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code assay compare}, and the baselines of {@code assay evaluate}. */
@Tag("slow")
class CompareCommandTest {
    private static final String HOOK = "blocks.1.hook_resid_post";

    @TempDir
    private Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private Path save(String name, int latents, int width, long seed) throws IOException {
        Path folder = temporary.resolve(name);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray directions = Weights.randomDirections(manager, latents, width, seed);
            try (SparseAutoencoder sae = SparseAutoencoder.builder()
                    .architecture(TopK.of(4))
                    .weights(new Weights(
                            directions, manager.zeros(new Shape(latents)), directions, manager.zeros(new Shape(width))))
                    .metadata(SaeMetadata.builder()
                            .hookName(HOOK)
                            .put("exclude_special_tokens", true)
                            .build())
                    .build()) {
                sae.save(folder);
            }
        }
        return folder;
    }

    @Test
    void printsRandomBaselineNextToEachFigure() throws IOException {
        Path a = save("a", 24, 48, 1);
        Path b = save("b", 40, 48, 1); // same seed: its first directions are those of a
        assertEquals(0, run("compare", "" + a, "" + b, "--draws", "3"), err::toString);
        List<String> names = List.of(
                "mmcs_a_to_b", "mmcs_b_to_a", "mmcs_a_to_b_abs", "mmcs_b_to_a_abs", "matched_cosine", "matched_share");
        assertTrue(out.toString().startsWith("a has 24 latents, b has 40"), out::toString);
        names.forEach(name -> assertTrue(out.toString().contains("\n" + name + " "), out::toString));

        assertEquals(0, run("compare", "" + a, "" + b, "--draws", "3", "--json"), err::toString);
        JsonNode json = Json.mapper().readTree(out.toString());
        assertEquals(1, json.at("/mmcs_a_to_b/value").doubleValue(), 1e-6);
        assertEquals(1, json.at("/matched_share/value").doubleValue());
        assertEquals(0, json.at("/matched_share/random").doubleValue());
        assertEquals(0.3, json.at("/mmcs_a_to_b/random").doubleValue(), 0.05);
        assertTrue(json.at("/mmcs_a_to_b/spread").doubleValue() > 0);
        assertTrue(json.at("/mmcs_b_to_a/value").doubleValue() < 0.9);
        assertEquals(40, json.get("latents_b").intValue());
    }

    @Test
    void rejectsIncomparableDictionariesInOneSentence() throws IOException {
        Path a = save("a", 24, 48, 1);
        Path narrow = save("narrow", 24, 32, 1);
        assertRefused("48 wide, those of the other 32", "compare", "" + a, "" + narrow);
        assertRefused("at least 2", "compare", "" + a, "" + a, "--draws", "1");
        assertRefused("no such file", "compare", "" + a, temporary + "/nowhere");
        assertRefused("DICT_B", "compare", "" + a);
    }

    @Test
    void evaluatesBaselinesWithTheDictionary() throws IOException {
        Path folder = save("a", 64, 48, 1);
        TextDescription text = TextDescription.of("assay/stories/200").withContexts(32, true);
        RunDescription.of(Fixtures.folder("gpt_neox").toString(), HOOK, text).write(temporary.resolve("run"));
        Files.copy(temporary.resolve("run/run.json"), folder.resolve("run.json"));
        String[] command = {
            "evaluate", "" + folder, "--tokens", "500", "--sample", "600", "--baselines", "pca,nmf,random", "--k", "4"
        };
        assertEquals(0, run(command), err::toString);
        for (String name : List.of("dictionary ", "pca ", "pca top-4 ", "nmf top-4 ", "random top-4 ")) {
            assertTrue(out.toString().contains("\n" + name), out::toString);
        }
        assertTrue(out.toString().contains("48 principal components"), out::toString);
        JsonNode written = Json.read(folder.resolve("evaluation.json"));
        assertTrue(written.get("explained_variance").isNumber());
        JsonNode baselines = written.get("baselines");
        assertEquals(6, baselines.size());
        assertEquals(1, baselines.at("/pca/explained_variance").doubleValue(), 1e-4);
        assertEquals(48, baselines.at("/pca/l0").doubleValue(), 0.1);
        assertEquals(4, baselines.at("/pca top-4/l0").doubleValue(), 1e-6);
        assertEquals(1, baselines.at("/pca/loss_recovered_mean_ablation").doubleValue(), 1e-3);
        double sparse = baselines.at("/pca top-4/explained_variance").doubleValue();
        assertTrue(sparse > baselines.at("/random top-4/explained_variance").doubleValue() && sparse < 1);

        assertEquals(
                0, run("evaluate", "" + folder, "--tokens", "500", "--sample", "600", "--baselines", "mean-direction"));
        assertTrue(out.toString().contains("\nmean-direction "), out::toString);
        JsonNode registered = Json.read(folder.resolve("evaluation.json")).at("/baselines/mean-direction");
        assertEquals(1, registered.get("l0").doubleValue(), 0.01);
        double explained = registered.get("explained_variance").doubleValue();
        assertTrue(explained < baselines.at("/pca/explained_variance").doubleValue(), "" + explained);

        assertRefused("unknown baseline \"lda\", expected one of ", "evaluate", "" + folder, "--baselines", "lda");
        assertRefused("sample has 1 activations", "evaluate", "" + folder, "--baselines", "pca", "--sample", "1");
        assertRefused("k is 99", "evaluate", "" + folder, "--baselines", "pca", "--sample", "60", "--k", "99");
    }

    @Test
    void scoresConceptsNextToControls() throws IOException {
        Path folder = save("a", 16, 48, 1);
        TextDescription text = TextDescription.of("assay/stories/200").withContexts(32, false);
        RunDescription.of(Fixtures.folder("gpt_neox").toString(), HOOK, text).save(folder);
        String[] command = {
            "evaluate", "" + folder, "--tokens", "500", "--concepts", "--permuted", "4096", "--random-weights", "4096"
        };
        assertEquals(0, run(command), err::toString);
        String heading = out.toString()
                .lines()
                .filter(line -> line.startsWith("concept "))
                .findFirst()
                .orElseThrow();
        assertTrue(
                heading.matches(
                        "concept +tokens +latent +F1 look-up always neuron +PCA random permuted perm. random untrained context"),
                heading);
        assertTrue(out.toString().contains(" concepts that need context have a latent with F1 ≥ 0.8; "), out::toString);
        JsonNode written = Json.read(folder.resolve("evaluation.json"));
        assertTrue(written.get("explained_variance").isNumber());
        JsonNode concepts = written.get("concepts");
        assertTrue(concepts.get("need_context").asInt() > 0);
        assertTrue(concepts.at("/rows/0/permuted_model").isNumber());
        assertTrue(concepts.at("/rows/0/random_weights").isNumber());

        assertRefused("--permuted is given without --concepts", "evaluate", "" + folder, "--permuted", "4096");
        assertRefused(
                "--random-weights is given without --concepts", "evaluate", "" + folder, "--random-weights", "4096");
        Path file = Files.writeString(temporary.resolve("text.txt"), "One day Nora saw a red ball. ".repeat(200));
        RunDescription.of(
                        Fixtures.folder("gpt_neox").toString(),
                        HOOK,
                        TextDescription.of("" + file).withContexts(32, false))
                .save(folder);
        assertRefused("only generated stories have concept labels", "evaluate", "" + folder, "--concepts");
    }

    private void assertRefused(String part, String... command) {
        assertEquals(2, run(command), out::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertTrue(err.toString().contains(part), err::toString);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
