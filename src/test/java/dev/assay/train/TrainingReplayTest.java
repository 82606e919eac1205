package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The runs were recorded from dictionary_learning 0.1.0 and SAELens 6.18.0. */
class TrainingReplayTest {
    private static final Path CASES = Path.of("src/test/resources/dev/assay/train");

    @ParameterizedTest
    @ValueSource(strings = {"dl_topk", "sl_topk", "sl_topk_no_rescale"})
    void followsTheReferenceTrainer(String name) throws IOException {
        TrainingReplay.Result result = TrainingReplay.open(CASES.resolve(name)).run(Device.cpu());
        assertTrue(result.passed(), result::toString);
        // Far inside the tolerance: what remains is the order of float32 sums.
        result.losses().forEach((loss, difference) -> assertEquals(0, difference, 2e-6, loss));
        assertEquals(0, result.last().get("decoder"), 5e-6);
    }

    @Test
    void namesAnUnknownTrainer(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("case.json"), "{\"class\": \"GdmTrainer\"}");
        InvalidInputException error = assertThrows(InvalidInputException.class, () -> TrainingReplay.open(folder));
        assertTrue(error.getMessage().contains("GdmTrainer"), error.getMessage());
        assertTrue(error.getMessage().contains("TopKTrainer"), error.getMessage());
    }
}
