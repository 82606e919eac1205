package dev.assay.evaluate.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.Evaluation;
import dev.assay.evaluate.EvaluationReport;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class CoreBenchmarkTest {
    @Test
    void agreesWithTheEvaluationInFloat32() throws IOException {
        try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(2, 500))
                    .prependBos(false)
                    .contextLength(64)
                    .build();
            try (SparseAutoencoder sae = SaeTrainer.of(TopK.of(8))
                    // Otherwise SAEBench's cross-entropies leave special tokens out, and those of the evaluation do
                    // not.
                    .source(ActivationSource.of(model, HookPoint.residPost(1), corpus)
                            .withSpecialTokens(true))
                    .dictionarySize(64)
                    .tokens(8192)
                    .batchSize(1024)
                    .progress(false)
                    .train()) {
                CoreReport report =
                        CoreBenchmark.of(model, sae, corpus).tokens(64 * 32).run();
                EvaluationReport expected =
                        Evaluation.of(model, sae, corpus).tokens(64 * 32).run();
                Map<String, Double> found = new HashMap<>();
                report.metrics().values().forEach(found::putAll);
                assertEquals(expected.tokens(), found.get("total_tokens_eval_sparsity_variance"));
                assertEquals(expected.explainedVariance(), found.get("explained_variance"), 1e-5);
                assertEquals(expected.meanSquaredError() * 128, found.get("mse"), 1e-4);
                assertEquals(expected.cosine(), found.get("cossim"), 1e-5);
                assertEquals(expected.l0(), found.get("l0"), 1e-9);
                assertEquals(expected.crossEntropy().clean(), found.get("ce_loss_without_sae"), 1e-4);
                assertEquals(expected.crossEntropy().reconstructed(), found.get("ce_loss_with_sae"), 1e-4);
                assertEquals(expected.crossEntropy().zeroAblated(), found.get("ce_loss_with_ablation"), 1e-4);
                assertTrue(found.get("kl_div_score") > 0.5, found::toString);
                assertEquals(64, report.features().size());
                try (NDManager manager = model.manager().newSubManager()) {
                    double[] direction = Float64Dictionary.of(sae, manager).direction(3);
                    assertEquals(1, Rows.norm(direction), 1e-3);
                }
            }
        }
    }

    @Test
    void noTokensAreRejected() throws IOException {
        try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(2, 30)).build();
            SparseAutoencoder sae = SaeTrainer.of(TopK.of(2))
                    .source(ActivationSource.of(model, HookPoint.residPost(0), corpus))
                    .dictionarySize(8)
                    .tokens(64)
                    .batchSize(32)
                    .progress(false)
                    .train();
            try (sae) {
                String message = assertThrows(
                                InvalidInputException.class,
                                () -> CoreBenchmark.of(model, sae, corpus).tokens(0))
                        .getMessage();
                assertEquals("tokens is 0, expected at least 1", message);
            }
        }
    }
}
