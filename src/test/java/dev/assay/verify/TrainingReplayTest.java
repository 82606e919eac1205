package dev.assay.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replays runs recorded with dictionary_learning 0.1.0 and SAELens 6.18.0. */
@Tag("slow")
class TrainingReplayTest {
    private static final Path CASES = Path.of("src/test/resources/dev/assay/train");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dl_standard",
                "dl_gated",
                "dl_jumprelu",
                "dl_topk",
                "dl_batchtopk",
                "dl_matryoshka_batchtopk",
                "sl_standard",
                "sl_gated",
                "sl_jumprelu_step",
                "sl_jumprelu_tanh",
                "sl_topk",
                "sl_topk_no_rescale",
                "sl_batchtopk",
                "sl_matryoshka_batchtopk"
            })
    void matchesReferenceTrainer(String name) throws IOException {
        TrainingReplay.Result result = TrainingReplay.open(CASES.resolve(name)).run(Device.cpu());
        assertTrue(result.passed(), result::toString);
        // Far inside the tolerance: what remains is the order of float32 sums.
        result.losses().forEach((loss, difference) -> assertEquals(0, difference, 2e-6, loss));
        result.last().forEach((weight, difference) -> assertEquals(0, difference, 5e-6, weight));
    }

    /** Runs with warm-up, decay, an annealed k, other weights, and negative thresholds. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "dl_standard_w",
                "dl_panneal",
                "dl_panneal_root",
                "dl_jumprelu_neg",
                "dl_batchtopk_w",
                "dl_mat_w",
                "sl_gated_w",
                "sl_jr_step_w",
                "sl_jr_tanh_w",
                "sl_batchtopk_w",
                "sl_mat_w"
            })
    void matchesSchedules(String name) throws IOException {
        TrainingReplay.Result result =
                TrainingReplay.open(CASES.resolve("scheduled").resolve(name)).run(Device.cpu());
        assertTrue(result.passed(), result::toString);
        result.losses().forEach((loss, difference) -> assertEquals(0, difference, 1e-5, loss));
    }

    @Test
    void rejectsLossUnknownToTrainer(@TempDir Path folder) throws IOException {
        Path source = CASES.resolve("sl_topk");
        for (String file : List.of("init.safetensors", "after_1.safetensors", "final.safetensors")) {
            Files.copy(source.resolve(file), folder.resolve(file));
        }
        Files.copy(CASES.resolve("batches.safetensors"), folder.resolve("batches.safetensors"));
        String description = Files.readString(source.resolve("case.json"));
        Files.writeString(folder.resolve("case.json"), description.replace("../batches", "batches"));
        Files.writeString(folder.resolve("losses.json"), "{\"kl_loss\": [1.0]}");
        TrainingReplay replay = TrainingReplay.open(folder);
        InvalidInputException error = assertThrows(InvalidInputException.class, () -> replay.run(Device.cpu()));
        assertTrue(error.getMessage().contains("kl_loss"), error.getMessage());
    }

    @Test
    void reportsUnknownTrainer(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("case.json"), "{\"class\": \"GdmTrainer\"}");
        InvalidInputException error = assertThrows(InvalidInputException.class, () -> TrainingReplay.open(folder));
        assertTrue(error.getMessage().contains("GdmTrainer"), error.getMessage());
        assertTrue(error.getMessage().contains("TopKTrainer"), error.getMessage());
    }
}
