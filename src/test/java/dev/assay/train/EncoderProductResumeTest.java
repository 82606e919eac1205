package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.activation.CountingSource;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.plan.EncoderProduct;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The product of the encoder is stored with a run, which resumes with it. */
class EncoderProductResumeTest {
    @TempDir
    private Path folder;

    private static SaeTrainer trainer(CountingSource source, Path output) {
        return SmallRun.trainer(new TopKTraining(TopK.of(3)), source, output).dictionarySize(256);
    }

    private static CountingSource failing() {
        int[] left = {9};
        return SmallRun.source().listener(pass -> {
            if (--left[0] == 0) {
                throw new IOException("killed");
            }
        });
    }

    private void interrupt(EncoderProduct product) throws IOException {
        assertThrows(
                IOException.class,
                () -> trainer(failing(), folder).encoderProduct(product).train());
        assertTrue(!SmallRun.checkpoints(folder).isEmpty());
    }

    private static List<float[]> numbers(SaeTrainer trainer) throws IOException {
        try (SparseAutoencoder sae = trainer.train()) {
            return SmallRun.numbers(sae);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "BF16"})
    void resumesWithTheStoredProductToIdenticalBits(EncoderProduct product) throws IOException {
        List<float[]> expected = numbers(trainer(SmallRun.source(), null).encoderProduct(product));
        interrupt(product);
        List<float[]> resumed = numbers(trainer(SmallRun.source(), folder)); // automatic: the stored one
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), resumed.get(i));
        }
    }

    @Test
    void refusesToResumeWithAnotherProduct() throws IOException {
        interrupt(EncoderProduct.BF16);
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> trainer(SmallRun.source(), folder)
                                .options(TrainerOptions.none().with("encoder_product", "float32"))
                                .train())
                .getMessage();
        assertTrue(
                message.endsWith(": encoder_product is bf16 in this run, float32 was asked for;"
                        + " use another output folder for another run"),
                message);
    }

    @Test
    void recordsTheProductInTheMetadataOfTheDictionary() throws IOException {
        try (SparseAutoencoder sae = trainer(SmallRun.source(), null)
                .encoderProduct(EncoderProduct.BF16)
                .train()) {
            assertEquals(
                    "bf16", sae.metadata().get("encoder_product").orElseThrow().asText());
        }
    }

    @Test
    void refusesUnknownProducts() {
        assertEquals(
                "encoder_product is \"fp8\", expected auto, float32, bf16 or int8",
                assertThrows(
                                InvalidInputException.class,
                                () -> TrainerOptions.none().with("encoder_product", "fp8"))
                        .getMessage());
    }
}
