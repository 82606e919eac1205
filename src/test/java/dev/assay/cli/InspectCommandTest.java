package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.Fixtures;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
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
        new RunDescription(model, "blocks.1.hook_resid_post", List.of("assay/stories/200"), "text", 32, false, 20, 0)
                .write(temporary.resolve("run"));
        Files.copy(temporary.resolve("run/run.json"), folder.resolve("run.json"));
        Files.writeString(folder.resolve("evaluation.json"), "{\"explained_variance\": 0.5, \"note\": \"x\"}");
        assertEquals(0, run("inspect", folder.toString(), "--tokens", "1000", "--top", "3"), err.toString());
        assertEquals(
                4, out.toString().lines().takeWhile(line -> !line.isEmpty()).count(), out.toString());
        String page = Files.readString(folder.resolve("features.html"));
        assertTrue(page.contains("Explained variance</dt><dd>0.500"));

        // The store is there now, so that neither text nor model is run again.
        Path other = temporary.resolve("other.html");
        assertEquals(
                0, run("inspect", folder.toString(), "--feature", "1", "--feature", "2", "--html", other.toString()));
        assertTrue(out.toString().contains("Feature 1 ") && out.toString().contains("Feature 2 "), out.toString());
        assertTrue(Files.exists(other));
    }

    @Test
    void dictionariesFromElsewhereNeedAModelAndText() {
        assertEquals(2, run("inspect", folder.toString()));
        assertTrue(err.toString().contains("has no run.json"), err.toString());
        assertEquals(
                0,
                run("inspect", folder.toString(), "--model", model, "--text", "assay/stories/200", "--tokens", "500"),
                err.toString());
    }

    @Test
    void unusableInputIsOneSentence() {
        run("inspect", folder.toString(), "--model", model, "--text", "assay/stories/200", "--tokens", "500");
        String[] command = {
            "inspect", folder.toString(), "--model", model, "--text", "assay/stories/200", "--feature", "99"
        };
        assertEquals(2, run(command));
        assertEquals("assay: there is no latent 99, expected 0 to 23\n", err.toString());
        assertEquals(2, run("inspect", temporary.resolve("nowhere").toString()));
        assertEquals(1, err.toString().lines().count());
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
