package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.CountingSource;
import dev.assay.activation.store.ActivationStore;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.TopK;
import dev.assay.tensor.JavaBuffers;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.metrics.TrainingListener;
import dev.assay.train.metrics.TrainingProgress;
import dev.assay.train.plan.Plans;
import dev.assay.train.spi.TrainingMethod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Training leaves no memory to the garbage collector: the number of buffers outside the heap does not grow with the steps. It may shrink
 * when the collector runs.
 */
@Tag("slow")
class JavaMemoryTest {
    private static final int STEPS = 300;
    private static final long MOST_NEW_BUFFERS = 25; // in 200 steps

    @ParameterizedTest
    @MethodSource("dev.assay.train.plan.Plans#methods")
    void stepsOfEveryMethodLeaveNoBuffers(TrainingMethod method) throws IOException {
        assertFlat(method, new CountingSource(16, pass -> 32 * STEPS).indexScale(1e-5));
    }

    @Test
    void stepsFromAModelAndFromAStoreLeaveNoBuffers(@TempDir Path folder) throws IOException {
        TransformerConfig config = TransformerConfig.gptNeoX()
                .vocabularySize(1_000)
                .contextLength(32)
                .layers(1)
                .dModel(16)
                .heads(2)
                .build();
        HookPoint site = HookPoint.residPost(0);
        try (HookedTransformer model = HookedTransformer.random(config, 1, Device.cpu());
                Tokenizer tokenizer = Tokenizer.load(Fixtures.folder("gpt_neox"))) {
            Corpus corpus = Corpus.of(tokenizer, StoryCorpus.of(5, 200))
                    .contextLength(32)
                    .build();
            ActivationSource live = ActivationSource.of(model, site, corpus);
            assertFlat(new TopKTraining(TopK.of(4)), live);
            Path store = folder.resolve("store");
            ActivationStore.write(live, store).tokens(8_000).progress(false).run();
            assertFlat(new TopKTraining(TopK.of(4)), ActivationStore.open(store).source(site));
        }
    }

    private static void assertFlat(TrainingMethod method, ActivationSource source) throws IOException {
        JavaBuffers buffers = new JavaBuffers();
        List<Long> counts = new ArrayList<>();
        SaeTrainer.of(method)
                .source(source)
                .dictionarySize(Plans.LATENTS)
                .batchSize(32)
                .bufferRows(128)
                .tokens(32L * STEPS)
                .deadAfter(32L * 20)
                .progress(false)
                .listener(new TrainingListener() {
                    @Override
                    public void step(TrainingProgress progress, Map<String, Number> metrics) {
                        if (progress.step() % 100 == 0) {
                            counts.add(buffers.count());
                        }
                    }
                })
                .train()
                .close();
        assertTrue(counts.get(2) - counts.get(0) <= MOST_NEW_BUFFERS, () -> "buffers per 100 steps: " + counts);
    }
}
