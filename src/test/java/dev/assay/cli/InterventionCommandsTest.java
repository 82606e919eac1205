package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.attach.TokenTexts;
import dev.assay.intervene.attribute.Attribution;
import dev.assay.intervene.attribute.AttributionReport;
import dev.assay.intervene.attribute.Metric;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Architecture;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Transcoder;
import dev.assay.sae.Weights;
import dev.assay.tensor.TorchEngine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code assay steer} and {@code assay attribute}. */
@Tag("slow")
class InterventionCommandsTest {
    private static final String PROMPT = "In winter, Leo often played in the forest.";

    @TempDir
    static Path temporary;

    private static Path early;
    private static Path late;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void saveDictionaries() throws Exception {
        early = save("early", TopK.of(8), "blocks.1.hook_resid_post", "assay/stories");
        late = save("late", TopK.of(8), "blocks.2.hook_resid_post", "assay/stories");
    }

    private static Path save(String name, Architecture architecture, String site, String model) throws Exception {
        SaeMetadata.Builder metadata = SaeMetadata.builder().hookName(site).prependBos(false);
        if (model != null) {
            metadata.modelName(model);
        }
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                SparseAutoencoder sae = SparseAutoencoder.builder()
                        .architecture(architecture)
                        .weights(new Weights(
                                Weights.randomDirections(manager, 64, 128, 1),
                                manager.zeros(new Shape(64)),
                                Weights.randomDirections(manager, 64, 128, 2),
                                manager.zeros(new Shape(128))))
                        .metadata(metadata.build())
                        .build()) {
            Path folder = temporary.resolve(name);
            sae.save(folder);
            return folder;
        }
    }

    @Test
    void steersOnceAndWithSeveralDoses() throws Exception {
        Path page = temporary.resolve("steer.html");
        assertEquals(
                0, steer("--feature", "clamp:3=40", "--new-tokens", "5", "--html", page.toString()), err.toString());
        assertTrue(
                out.toString().startsWith("clamp 3 to 40.0 in blocks.1.hook_resid_post at all positions"),
                out.toString());
        assertTrue(out.toString().contains("baseline   ") && out.toString().contains("edited   "), out.toString());
        assertTrue(Files.readString(page).contains("class=\"assay-output\""));

        assertEquals(
                0,
                steer(
                        "--feature",
                        "ablate:9",
                        "--feature",
                        "3",
                        "--doses=-2,40",
                        "--watch",
                        " He",
                        "--positions",
                        "last",
                        "--drop-error",
                        "--new-tokens",
                        "3",
                        "--json"),
                err.toString());
        JsonNode table = Json.mapper().readTree(out.toString());
        assertEquals(2, table.get("doses").size());
        assertEquals(-2, table.get("doses").get(0).get("dose").asDouble());
        assertEquals(
                " He",
                table.get("doses").get(0).get("tokens").get(0).get("token").asText());
        assertTrue(table.get("edits")
                .asText()
                .startsWith("ablate 9 in blocks.1.hook_resid_post at the last position; steer 3"));
        assertTrue(table.get("edits").asText().endsWith("reconstruction error dropped"));
    }

    @Test
    void attributionEqualsThatOfTheLibrary() throws Exception {
        assertEquals(
                0,
                attribute(
                        late.toString(),
                        "--token",
                        " He",
                        "--versus",
                        " She",
                        "--counterfactual",
                        PROMPT.replace("Leo", "Ruth"),
                        "--json"),
                err.toString());
        JsonNode printed = Json.mapper().readTree(out.toString());
        try (HookedTransformer model = HookedTransformer.load("assay/stories");
                SparseAutoencoder first = SparseAutoencoder.load(early);
                SparseAutoencoder second = SparseAutoencoder.load(late)) {
            AttributionReport report = Attribution.of(model, HookPoint.residPost(1), first)
                    .at(second)
                    .metric(Metric.logitDifference(
                            -1, TokenTexts.single(model, " He"), TokenTexts.single(model, " She")))
                    .counterfactual(PROMPT.replace("Leo", "Ruth"))
                    .gradient(PROMPT);
            assertEquals(report.clean(), printed.get("clean").asDouble(), 1e-4);
            assertEquals(2, printed.get("sites").size());
            assertEquals(
                    report.sites().get(0).featureSum(),
                    printed.get("sites").get(0).get("feature_sum").asDouble(),
                    1e-3);
        }
        assertEquals(0, attribute("--method", "integrated", "--steps", "3", "--top", "4"), err.toString());
        assertTrue(out.toString().startsWith("mean loss = "), out.toString());
        assertTrue(out.toString().contains("integrated gradients of 3 steps against zero"), out.toString());
        assertEquals(
                0, attribute("--method", "exact", "--top", "5", "--token", " He", "--position", "2"), err.toString());
        assertTrue(out.toString().contains("exact ablation of 5: correlation"), out.toString());
    }

    @Test
    void reportsUnusableInputInOneSentence() throws Exception {
        expect(
                "there is no latent 64 in the dictionary at blocks.1.hook_resid_post, expected 0 to 63",
                steer("--feature", "64"));
        expect("the edit is \"push:3\", expected [KIND:]LATENT[=NUMBER]", steer("--feature", "push:3"));
        expect("the edit is \"3=much\", expected [KIND:]LATENT[=NUMBER]", steer("--feature", "3=much"));
        expect("the positions are \"first\", expected all, last", steer("--feature", "3", "--positions", "first"));
        expect("the ablation of latent 3 has no number", steer("--feature", "ablate:3", "--doses", "1"));
        expect("\"zebra\" is 4 tokens", steer("--feature", "3", "--doses", "1", "--watch", "zebra"));
        expect(
                "the dictionary reads blocks.9.hook_resid_post, which",
                steer("--feature", "3", "--site", "blocks.9.hook_resid_post"));
        expect(
                "the dictionary reads 128 columns of blocks.1.mlp.hook_post",
                steer("--feature", "3", "--site", "blocks.1.mlp.hook_post"));
        expect("hook point \"nowhere\" is not a site", steer("--feature", "3", "--site", "nowhere"));
        expect("the prompt is empty", run("steer", early.toString(), "--prompt", "", "--feature", "3"));
        String tooLong = "Leo was happy. ".repeat(40);
        expect(
                "tokens, expected at most the model's context length, 128",
                run("attribute", early.toString(), "--prompt", tooLong));
        expect("and the counterfactual prompt has 1, expected the same number", attribute("--counterfactual", "a"));
        expect("--versus was given without --token", attribute("--versus", " She"));
        expect("--top is 0", attribute("--top", "0"));
        expect(
                "the metric reads position 40, but the prompt has 10 tokens",
                attribute("--token", " He", "--position", "40"));
        expect("blocks.1.hook_resid_post already has a dictionary", attribute(early.toString()));
        expect("2 sites are named for 1 dictionaries", attribute("--site", "hook_embed", "--site", "hook_embed"));
        Path transcoder = save("transcoder", Transcoder.of(TopK.of(8)), "blocks.1.hook_resid_post", "assay/stories");
        expect(
                "the dictionary is a transcoder",
                run("steer", transcoder.toString(), "--prompt", PROMPT, "--feature", "3"));
        Path nameless = save("nameless", TopK.of(8), "blocks.1.hook_resid_post", null);
        expect(
                "names no model, expected --model",
                run("steer", nameless.toString(), "--prompt", PROMPT, "--feature", "3"));
        assertEquals(
                0,
                run(
                        "steer",
                        nameless.toString(),
                        "--prompt",
                        PROMPT,
                        "--feature",
                        "3",
                        "--new-tokens",
                        "1",
                        "--model",
                        "assay/stories"),
                err.toString());
    }

    private void expect(String part, int code) {
        assertEquals(2, code, part);
        assertTrue(err.toString().contains(part), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertFalse(err.toString().contains("Exception"), err.toString());
    }

    private int steer(String... more) {
        return run(with(List.of("steer", early.toString(), "--prompt", PROMPT), more));
    }

    private int attribute(String... more) {
        return run(with(List.of("attribute", "--prompt", PROMPT, early.toString()), more));
    }

    private static String[] with(List<String> first, String... more) {
        List<String> all = new ArrayList<>(first);
        all.addAll(Arrays.asList(more));
        return all.toArray(String[]::new);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
