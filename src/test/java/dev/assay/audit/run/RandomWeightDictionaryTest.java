package dev.assay.audit.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.evaluate.control.RandomWeightModel;
import dev.assay.evaluate.control.UntrainedDictionary;
import dev.assay.feature.TinyDictionary;
import dev.assay.model.HookedTransformer;
import dev.assay.train.plan.TrainingInterruptedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomWeightDictionaryTest {
    private static final int ACTIVE = 4;
    private static final long SEED = 3;

    @TempDir
    private Path temporary;

    @Test
    void interruptedTrainingIsResumed() throws IOException {
        try (TinyDictionary tiny = new TinyDictionary()) {
            long tokens = 8L * UntrainedDictionary.batchSize(tiny.sae);
            Path whole = temporary.resolve("whole");
            train(tiny, tokens, whole);

            Path resumed = temporary.resolve("resumed");
            Path training = temporary.resolve("resumed.training");
            AtomicInteger steps = new AtomicInteger();
            try (HookedTransformer random = RandomWeightModel.asAtStart(tiny.model, SEED)) {
                assertThrows(
                        TrainingInterruptedException.class,
                        () -> UntrainedDictionary.trainer(random, tiny.sae, tiny.corpus, ACTIVE, tokens)
                                .seed(SEED)
                                .output(training)
                                .stopWhen(() -> steps.incrementAndGet() > 3)
                                .train());
            }
            assertTrue(Files.isDirectory(training.resolve("checkpoints")), "a checkpoint of the interrupted training");
            train(tiny, tokens, resumed);
            assertFalse(Files.exists(training), "the checkpoints are removed after the training");
            assertArrayEquals(
                    Files.readAllBytes(whole.resolve("sae_weights.safetensors")),
                    Files.readAllBytes(resumed.resolve("sae_weights.safetensors")));
            try (RandomWeightDictionary opened = RandomWeightDictionary.open(tiny.model, resumed)) {
                assertEquals(TinyDictionary.LATENTS, opened.dictionary().dSae());
            }
        }
    }

    private static void train(TinyDictionary tiny, long tokens, Path folder) throws IOException {
        RandomWeightDictionary.train(tiny.model, tiny.sae, tiny.corpus, ACTIVE, tokens, SEED, folder)
                .close();
    }
}
