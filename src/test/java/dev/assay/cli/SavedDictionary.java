package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.Fixtures;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Saves random dictionaries of a tiny model. */
final class SavedDictionary {
    static final int LATENTS = 24;
    private static final int WIDTH = 48;

    private SavedDictionary() {}

    static String model() {
        return Fixtures.folder("gpt_neox").toString();
    }

    /** Saves a dictionary. */
    static Path save(Path folder, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
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
        return folder;
    }

    /** Collects its features. */
    static void collect(Path folder) {
        StringWriter err = new StringWriter();
        int code = Assay.run(
                new PrintWriter(new StringWriter()),
                new PrintWriter(err, true),
                "inspect",
                folder.toString(),
                "--model",
                model(),
                "--text",
                "assay/stories/100",
                "--tokens",
                "1000");
        assertEquals(0, code, err::toString);
    }
}
