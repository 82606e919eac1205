package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import dev.assay.model.Fixtures;
import dev.assay.run.Run;
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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands with a dictionary that has no run.json, and whose metadata name neither model nor site. */
@Tag("slow")
class ForeignDictionaryTest {
    private static final String SITE = "blocks.1.hook_resid_post";

    @TempDir
    private Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String model;
    private String folder;

    @BeforeEach
    void saveDictionary() throws Exception {
        model = Fixtures.folder("gpt_neox").toString();
        folder = save("dictionary", SaeMetadata.builder().build());
    }

    private String save(String name, SaeMetadata metadata) throws IOException {
        Path to = temporary.resolve(name);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray directions = Weights.randomDirections(manager, 24, 48, 7);
            try (SparseAutoencoder sae = SparseAutoencoder.builder()
                    .architecture(TopK.of(4))
                    .weights(new Weights(
                            directions, manager.zeros(new Shape(24)), directions, manager.zeros(new Shape(48))))
                    .metadata(metadata)
                    .build()) {
                sae.save(to);
            }
        }
        return to.toString();
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private void succeeds(String... arguments) {
        assertEquals(0, run(arguments), err::toString);
    }

    private void refuses(String message, String... arguments) {
        assertEquals(2, run(arguments), out::toString);
        assertTrue(err.toString().contains(message), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
    }

    private String[] with(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command, folder, "--model", model, "--site", SITE));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    @Test
    void asksForWhatIsMissingByTheNameOfItsOption() {
        refuses("expected --site", "evaluate", folder);
        refuses("expected --model", "evaluate", folder, "--site", SITE);
        refuses("expected --text", with("evaluate"));
        refuses("expected --site", "steer", folder, "--model", model, "--prompt", "a", "--feature", "1");
        refuses("expected --model", "attribute", folder, "--site", SITE, "--prompt", "Tom saw");
        refuses(
                "also on the text of --text",
                "export",
                folder,
                "--csv",
                temporary.resolve("a.csv").toString());
        refuses("--target is " + SITE, with("evaluate", "--target", SITE));
        refuses("is not a site of a transformer", "evaluate", folder, "--model", model, "--site", "encoder.2");
        assertFalse(Files.exists(Path.of(folder, "evaluation.json")));
    }

    @Test
    void evaluatesOnAllDocumentsOfTheNamedText() throws IOException {
        succeeds(with("evaluate", "--text", "assay/stories/40", "--context", "32", "--tokens", "500"));
        assertTrue(
                out.toString()
                        .startsWith(
                                SITE + " of " + model
                                        + " on all documents of 40 generated stories (seed 2), contexts of 32 tokens without BOS"),
                out::toString);
        assertFalse(out.toString().contains("held-out"), out::toString);
        JsonNode written = Json.read(Path.of(folder, "evaluation.json"));
        assertTrue(written.get("explained_variance").isNumber());
        assertEquals("all documents", written.at("/provenance/part").textValue());
        assertEquals(32, written.at("/provenance/context_length").intValue());
        succeeds(with("evaluate", "--text", "assay/stories/40", "--context", "32", "--tokens", "500", "--prepend-bos"));
        assertTrue(Json.read(Path.of(folder, "evaluation.json"))
                .at("/provenance/prepend_bos")
                .booleanValue());
    }

    @Test
    void refusesAModuleThatANormSeparatesFromItsSite() throws Exception {
        model = Fixtures.folder("gemma2").toString();
        String[] prompt = {"--prompt", "Tom", "--feature", "1"};
        refuses(
                "passes through a norm before blocks.0.hook_mlp_out",
                "steer",
                folder,
                "--model",
                model,
                "--site",
                "model.layers.0.mlp",
                prompt[0],
                prompt[1],
                prompt[2],
                prompt[3]);
    }

    @Test
    void runsPromptsAtTheNamedSite() {
        succeeds(with("steer", "--prompt", "Tom saw a dog", "--feature", "3=4", "--new-tokens", "2", "--json"));
        succeeds(with("attribute", "--prompt", "Tom saw a dog", "--top", "2", "--no-prepend-bos"));
        String without = out.toString();
        succeeds(with("attribute", "--prompt", "Tom saw a dog", "--top", "2", "--prepend-bos"));
        assertFalse(without.equals(out.toString()), without);
        // A module of the family's Hugging Face implementation is another name of the site.
        succeeds(
                "attribute",
                folder,
                "--model",
                model,
                "--site",
                "gpt_neox.layers.1",
                "--prompt",
                "Tom saw a dog",
                "--top",
                "2",
                "--no-prepend-bos");
        assertEquals(without, out.toString());
    }

    @Test
    void featureStoreRemembersModelSiteAndText() throws IOException {
        succeeds(with("inspect", "--text", "assay/stories/40", "--context", "32", "--tokens", "500", "--top", "2"));
        succeeds("inspect", folder, "--prompt", "Tom saw a dog", "--top", "3");
        assertTrue(out.toString().contains("ranked by activation"), out::toString);
        succeeds("evaluate", folder, "--tokens", "300");
        succeeds("steer", folder, "--prompt", "Tom saw a dog", "--feature", "3=4", "--new-tokens", "2");
        Path csv = temporary.resolve("a.csv");
        succeeds("export", folder, "--csv", csv.toString());
        assertTrue(Files.exists(csv));
        try (Run run = Run.loader().open(folder)) {
            assertEquals(SITE, run.point().name());
            assertEquals(24, run.storedFeatures().latents());
        }
    }

    @Test
    void exportCollectsTheFeatureStoreOnTheNamedText() {
        Path csv = temporary.resolve("a.csv");
        succeeds(with("export", "--csv", csv.toString(), "--text", "assay/stories/20", "--context", "32"));
        assertTrue(Files.exists(csv) && Files.exists(Path.of(folder, "features", "features.json")));
    }

    @Test
    void differencesOfTheFeatureStoreAreReported() {
        succeeds(with("inspect", "--text", "assay/stories/40", "--context", "32", "--tokens", "500", "--top", "2"));
        succeeds("inspect", folder, "--tokens", "500", "--text", "assay/stories/40", "--context", "32");
        assertEquals("", err.toString());
        succeeds("inspect", folder, "--text", "assay/stories/9");
        assertTrue(
                err.toString().contains("was collected on 40 generated stories (seed 2); add --rebuild"),
                err::toString);
        succeeds("inspect", folder, "--tokens", "90000", "--context", "64", "--prepend-bos");
        assertTrue(err.toString().contains("tokens, not 90,000"), err::toString);
        assertTrue(err.toString().contains("in contexts of 32 tokens, not 64"), err::toString);
        assertTrue(err.toString().contains("was collected without BOS"), err::toString);
        refuses("is of " + SITE + ", and --site is blocks.0.hook_resid_post", "inspect", folder, "--site", "h.0");
    }

    @Test
    void comparesOnlyDictionariesOfOneSiteOfOneModel() throws IOException {
        SaeMetadata.Builder metadata = SaeMetadata.builder().modelName("EleutherAI/pythia-70m-deduped");
        String same = save("same", metadata.hookName(SITE).build());
        String alias = save(
                "alias",
                SaeMetadata.builder()
                        .modelName("pythia-70m-deduped")
                        .hookName("gpt_neox.layers.1")
                        .build());
        String site = save("site", metadata.hookName("blocks.2.hook_resid_post").build());
        String other = save(
                "other", SaeMetadata.builder().modelName("gpt2").hookName(SITE).build());
        succeeds("compare", same, alias);
        succeeds("compare", same, folder); // of which nothing is known
        refuses(
                "is for blocks.2.hook_resid_post of EleutherAI/pythia-70m-deduped; expected one site",
                "compare",
                same,
                site);
        refuses("is for " + SITE + " of gpt2; expected one site of one model", "compare", same, other);
        succeeds("compare", same, site, "--anyway");
        succeeds("compare", same, other, "--model", "gpt2");
        succeeds("compare", same, site, "--site", SITE, "--site", SITE);
        String picture = temporary.resolve("a.png").toString();
        refuses("(--anyway computes them)", "plot", "similarity", same, site, "--out", picture);
        succeeds("plot", "similarity", same, site, "--anyway", "--out", picture);
    }
}
