package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.activation.ActivationSource;
import dev.assay.activation.exported.ExportedModel;
import dev.assay.activation.exported.WaveModels;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dictionary of an exported model's activations, whichever program runs the model. */
class ExportedTrainingTest {
    @Test
    void torchScriptAndOnnxTrainEqualDictionaries(@TempDir Path folder) throws Exception {
        Path checkpoint = Fixtures.folder("gpt_neox");
        try (HookedTransformer tokenizing = HookedTransformer.load(checkpoint);
                ExportedModel torchScript = WaveModels.torchScript(folder);
                ExportedModel onnx = WaveModels.onnx(folder, tokenizing.config().vocabularySize())) {
            Corpus corpus = Corpus.of(tokenizing.tokenizer(), StoryCorpus.of(5, 60))
                    .contextLength(32)
                    .build();
            List<float[]> first = train(torchScript, corpus, folder.resolve("torchscript"));
            List<float[]> second = train(onnx, corpus, folder.resolve("onnx"));
            for (int i = 0; i < first.size(); i++) {
                assertArrayEquals(first.get(i), second.get(i), 1e-4f);
            }
        }
    }

    private static List<float[]> train(ExportedModel model, Corpus corpus, Path folder) throws IOException {
        try (SparseAutoencoder sae = SaeTrainer.of(TopK.of(4))
                .source(ActivationSource.of(model, List.of(WaveModels.COSINE), corpus))
                .dictionarySize(32)
                .batchSize(128)
                .tokens(128 * 20)
                .bufferRows(1024)
                .output(folder)
                .progress(false)
                .train()) {
            assertEquals(WaveModels.COSINE, sae.metadata().requiredHookName());
            List<String> log = Files.readAllLines(folder.resolve("metrics.jsonl"));
            assertTrue(explained(log.get(log.size() - 1)) > explained(log.get(0)), () -> String.join("\n", log));
            sae.save(folder.resolve("dictionary"));
            try (SparseAutoencoder loaded = SparseAutoencoder.load(folder.resolve("dictionary"))) {
                assertEquals(WaveModels.COSINE, loaded.metadata().requiredHookName());
            }
            return SmallRun.numbers(sae);
        }
    }

    private static double explained(String line) {
        return Double.parseDouble(line.replaceAll(".*\"metrics/explained_variance\": ?([-0-9.eE]+).*", "$1"));
    }
}
