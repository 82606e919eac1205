package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.CountingSource;
import dev.assay.checkpoint.Safetensors;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.run.TrainingCheckpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotANumberTest {
    private static final String SITE = "blocks.0.hook_resid_post of counting on numbers";

    @TempDir
    private Path folder;

    @Test
    void reportsActivationThatIsNotFiniteWithBatchAndSite() throws IOException {
        String message = refusal(SmallRun.trainer(SmallRun.source().notANumberAt(150), folder));
        Matcher found = Pattern.compile(
                        "batch (\\d+) of " + Pattern.quote(SITE) + " has 1 values that are not finite numbers")
                .matcher(message);
        assertTrue(found.matches(), message);
        int batch = Integer.parseInt(found.group(1));
        assertTrue(batch > 2, message);
        List<Path> checkpoints = SmallRun.checkpoints(folder);
        Path last = checkpoints.get(checkpoints.size() - 1);
        assertEquals(
                String.format("step-%010d.safetensors", batch - 1),
                last.getFileName().toString());
        assertFinite(last);
    }

    @Test
    void reportsActivationsThatAreNotFiniteInTheFirstBuffer() throws IOException {
        CountingSource source = SmallRun.source().notANumberAt(2);
        assertEquals(
                "the first 64 activations of " + SITE + " have 1 values that are not finite numbers",
                refusal(SmallRun.trainer(source, folder)));
        String unscaled = refusal(SmallRun.trainer(source, folder).normalizesActivations(false));
        assertTrue(unscaled.contains("of " + SITE + " has 1 values"), unscaled);
        assertEquals(0, CountingSource.producers());
    }

    @Test
    void overflowingGradientLeavesParametersUnchanged() throws IOException {
        // Errors of 1e18 square to 1e36, which is finite; the norm of their gradient is not.
        CountingSource source = new CountingSource(8, pass -> 20).indexScale(1e15);
        String message = refusal(SmallRun.trainer(source, folder).normalizesActivations(false));
        assertTrue(message.contains("that is not a finite number although its activations are"), message);
        for (Path checkpoint : SmallRun.checkpoints(folder)) {
            assertFinite(checkpoint);
        }
    }

    @Test
    void savesStateOfRefusedStepAndFailsAgainOnResume() throws IOException {
        SaeTrainer rarely =
                SmallRun.trainer(SmallRun.source().notANumberAt(150), folder).checkpointEvery(Duration.ofHours(1));
        String message = refusal(rarely);
        int batch = Integer.parseInt(message.split(" ")[1]);
        Path saved = folder.resolve(String.format("checkpoints/step-%010d.safetensors", batch - 1));
        assertEquals(List.of(saved), SmallRun.checkpoints(folder));
        byte[] first = Files.readAllBytes(saved);
        Path other = folder.resolve("often");
        refusal(SmallRun.trainer(SmallRun.source().notANumberAt(150), other));
        assertArrayEquals(first, Files.readAllBytes(other.resolve("checkpoints").resolve(saved.getFileName())));

        assertEquals(message, refusal(SmallRun.trainer(SmallRun.source().notANumberAt(150), folder)));
        assertArrayEquals(first, Files.readAllBytes(saved), "a run that goes on fails at once and loses nothing");
    }

    @Test
    void stateOfRefusedStepEqualsARegularCheckpoint() throws IOException {
        int batch = Integer.parseInt(refusal(SmallRun.trainer(SmallRun.source().notANumberAt(150), folder))
                .split(" ")[1]);
        Path healthy = folder.resolve("healthy");
        SmallRun.trainer(SmallRun.source(), healthy).keepCheckpoints(99).train().close();
        String name = String.format("checkpoints/step-%010d.safetensors", batch - 1);
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Safetensors refused = Safetensors.open(folder.resolve(name));
                Safetensors passed = Safetensors.open(healthy.resolve(name))) {
            for (String array : passed.names()) {
                if (!array.equals("buffer.pool")) { // which the refused batch was already taken from
                    assertArrayEquals(
                            passed.load(manager, array).toByteArray(),
                            refused.load(manager, array).toByteArray(),
                            array);
                }
            }
            assertTrue(refused.has("refused_batch"));
            assertFalse(passed.has("refused_batch"));
        }
        assertEquals(
                TrainingCheckpoints.header(healthy.resolve(name)).windowTokens(),
                TrainingCheckpoints.header(folder.resolve(name)).windowTokens());
    }

    private static String refusal(SaeTrainer trainer) {
        String message =
                assertThrows(InvalidInputException.class, trainer::train).getMessage();
        assertEquals(1, message.lines().count());
        return message;
    }

    private static void assertFinite(Path checkpoint) throws IOException {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Safetensors stored = Safetensors.open(checkpoint)) {
            for (String name : List.of("encoder", "encoder_bias", "decoder", "decoder_bias")) {
                NDArray array = stored.load(manager, name);
                for (float value : array.toFloatArray()) {
                    assertTrue(Float.isFinite(value), name);
                }
            }
        }
    }
}
