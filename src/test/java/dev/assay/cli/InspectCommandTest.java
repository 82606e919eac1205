package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.Fixtures;
import dev.assay.run.RunDescription;
import dev.assay.run.TextDescription;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.TorchEngine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class InspectCommandTest {
    private static final int WIDTH = 48;
    private static final int LATENTS = 24;

    @TempDir
    Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path folder;
    private String model;

    @BeforeEach
    void saveDictionary() throws Exception {
        folder = temporary.resolve("dictionary");
        model = Fixtures.folder("gpt_neox").toString();
        SplittableRandom random = new SplittableRandom(8);
        float[] directions = new float[LATENTS * WIDTH];
        for (int i = 0; i < directions.length; i++) {
            directions[i] = (float) (random.nextDouble() - 0.5);
        }
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                SparseAutoencoder sae = SparseAutoencoder.builder()
                        .architecture(TopK.of(4))
                        .weights(new Weights(
                                manager.create(directions, new Shape(LATENTS, WIDTH)),
                                manager.zeros(new Shape(LATENTS)),
                                manager.create(directions, new Shape(LATENTS, WIDTH)),
                                manager.zeros(new Shape(WIDTH))))
                        .metadata(SaeMetadata.builder()
                                .hookName("blocks.1.hook_resid_post")
                                .contextSize(32)
                                .build())
                        .build()) {
            sae.save(folder);
        }
    }

    @Test
    void listsFeaturesAndWritesThePage() throws Exception {
        RunDescription.of(
                        model,
                        "blocks.1.hook_resid_post",
                        TextDescription.of("assay/stories/200").withContexts(32, false))
                .write(temporary.resolve("run"));
        Files.copy(temporary.resolve("run/run.json"), folder.resolve("run.json"));
        Files.writeString(folder.resolve("evaluation.json"), "{\"explained_variance\": 0.5, \"note\": \"x\"}");
        assertEquals(0, run("inspect", folder.toString(), "--tokens", "1000", "--top", "3"), err.toString());
        assertEquals(
                4, out.toString().lines().takeWhile(line -> !line.isEmpty()).count(), out.toString());
        String page = Files.readString(folder.resolve("features.html"));
        assertTrue(page.contains("Explained variance</dt><dd>0.500"));

        // The store exists now: the text is not read again.
        Path other = temporary.resolve("other.html");
        assertEquals(
                0, run("inspect", folder.toString(), "--feature", "1", "--feature", "2", "--html", other.toString()));
        assertTrue(out.toString().contains("Feature 1 ") && out.toString().contains("Feature 2 "), out.toString());
        assertTrue(Files.exists(other));
    }

    @Test
    void printsListsAndRangesOfFeaturesWithoutWritingThePage() throws Exception {
        String printed = output("--feature", "9,1-3", "--feature", "7");
        List<String> headings = printed.lines()
                .filter(line -> line.matches("Feature \\d+ .*"))
                .map(line -> line.split(" ")[1])
                .toList();
        assertEquals(List.of("9", "1", "2", "3", "7"), headings);
        assertFalse(Files.exists(folder.resolve("features.html")));
        assertEquals(
                "assay: the list of features \"3-1\" has the item \"3-1\", expected latents and ascending ranges such as"
                        + " 3,17,40-44\n",
                error("--feature", "3-1"));
        err.getBuffer().setLength(0);
        assertEquals("assay: there is no latent 24, expected 0 to 23\n", error("--feature", "22-24"));
    }

    @Test
    void dictionaryWithoutDescriptionRequiresModelAndText() {
        assertEquals(2, run("inspect", folder.toString()));
        assertTrue(err.toString().contains("expected --model"), err.toString());
        assertEquals(
                0,
                run("inspect", folder.toString(), "--model", model, "--text", "assay/stories/200", "--tokens", "500"),
                err.toString());
    }

    @Test
    void reportsUnusableInputInOneSentence() {
        run("inspect", folder.toString(), "--model", model, "--text", "assay/stories/200", "--tokens", "500");
        String[] command = {
            "inspect", folder.toString(), "--model", model, "--text", "assay/stories/200", "--feature", "99"
        };
        assertEquals(2, run(command));
        assertEquals("assay: there is no latent 99, expected 0 to 23\n", err.toString());
        assertEquals(2, run("inspect", temporary.resolve("nowhere").toString()));
        assertEquals(1, err.toString().lines().count());
    }

    private String output(String... query) {
        List<String> arguments = new ArrayList<>(List.of(
                "inspect", folder.toString(), "--model", model, "--text", "assay/stories/200", "--tokens", "1000"));
        arguments.addAll(List.of(query));
        assertEquals(0, run(arguments.toArray(String[]::new)), err.toString());
        return out.toString();
    }

    private String error(String... query) {
        List<String> arguments =
                new ArrayList<>(List.of("inspect", folder.toString(), "--model", model, "--text", "assay/stories/200"));
        arguments.addAll(List.of(query));
        assertEquals(2, run(arguments.toArray(String[]::new)));
        assertEquals(1, err.toString().lines().count(), err.toString());
        return err.toString();
    }

    @Test
    void printsQueryResultsWithoutWritingAPage() throws Exception {
        assertTrue(output("--prompt", "Tom saw a dog", "--top", "3").contains("ranked by activation"));
        assertFalse(Files.exists(folder.resolve("features.html")));
        String ranked = output("--prompt", "Tom saw a dog", "--rank", "effect", "--candidates", "5", "--on", "o");
        assertTrue(ranked.contains("logit of \"o\"") && ranked.contains("computed for the 5 "), ranked);
        assertTrue(output("--like", "3", "--at-least", "-1", "--measure", "encoder-cosine")
                .contains("encoder cosine"));
        assertTrue(output("--matching", "[Tt]he", "--min-density", "0.001").contains(" features"));
        String names = IntStream.range(0, LATENTS)
                .mapToObj(latent -> latent % 2 == 0
                        ? "\"" + latent + "\": \"even\""
                        : "\"" + latent + "\": [\"odd\", \"Number " + latent + "\"]")
                .collect(Collectors.joining(", ", "{", "}"));
        Path labels = Files.writeString(temporary.resolve("labels.json"), names);
        String labelled = output("--labels", labels.toString(), "--labelled", "NUMBER");
        assertTrue(labelled.contains("odd, Number ") && !labelled.contains("even"), labelled);
        String compared = output("--compare", folder.toString(), "--measure", "pearson");
        assertTrue(compared.contains("pairs match by pearson from 0.70"), compared);
        String page = temporary.resolve("page.html").toString();
        output("--prompt", "Tom", "--html", page);
        assertTrue(Files.exists(Path.of(page)));
        assertTrue(output("--feature", "3", "--effects", "2").contains("ablated, at token"));
    }

    @Test
    void rejectsInvalidQueriesInOneSentence() throws Exception {
        output();
        assertTrue(error("--prompt", "").contains("the prompt is empty"));
        assertTrue(error("--prompt", "dog ".repeat(900)).contains("expected at most the model's context length"));
        assertTrue(error("--rank", "size").contains("expected one of activation, quantile, attribution, effect"));
        assertTrue(error("--matching", "(").contains("is not a regular expression"));
        assertTrue(error("--feature", "1", "--effects", "-1").contains("expected at least 0"));
        assertTrue(error("--compare", temporary.resolve("nowhere").toString()).contains("has no feature store"));
        Path labels = Files.writeString(temporary.resolve("labels.json"), "{\"three\": 3}");
        assertTrue(
                error("--labels", labels.toString())
                        .contains("labels.json: three is 3, expected the number of a latent"),
                err.toString());
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder);
                SparseAutoencoder changed = sae.foldActivationNorm(2)) {
            changed.save(folder);
        }
        assertTrue(
                error().contains("the feature store was collected with another dictionary: its weights hash"),
                err.toString());
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
