package dev.assay.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.attach.AttachedDictionary;
import dev.assay.feature.report.LogitSummary;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.Norm;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogitWeightsTest {
    @TempDir
    static Path folder;

    /**
     * finalNorm(d) − finalNorm(−d) is twice the linear part of the norm divided by its scale. The scale is common to all tokens, so the
     * difference is proportional to the logit weights.
     */
    @ParameterizedTest
    @ValueSource(strings = {"gpt_neox", "gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text", "phi"})
    void weightsAreProportionalToTheFinalNormOfTheModel(String family) throws IOException {
        try (HookedTransformer model = new FamilyModels(folder).load(family);
                SparseAutoencoder sae = TinyDictionary.dictionary(model, 4, "blocks.1.hook_resid_post");
                Scope scope = Scope.open()) {
            AttachedDictionary attached = AttachedDictionary.of(model, TinyDictionary.SITE, sae);
            NDArray weights = new LogitWeights(attached).weights(3, 5);
            NDArray directions = sae.decoder().get(new NDIndex("3:5"));
            NDArray difference = model.finalNorm(directions).sub(model.finalNorm(directions.neg()));
            NDArray unembedding = model.unembedding()
                    .get(new NDIndex("0:{}", weights.getShape().get(1)));
            NDArray expected = Aten.linear(difference, unembedding, null);
            NDArray ratios = Aten.rowNorms(weights).div(Aten.rowNorms(expected));
            assertTrue(ratios.min().getFloat() > 0);
            double error = expected.mul(ratios).sub(weights).abs().max().getFloat();
            assertTrue(error < 1e-4 * weights.abs().max().getFloat(), family + ": " + error);
            oracle(model, sae, weights.toFloatArray());
        }
    }

    /** Compares the weights of the first latent with the formula in float64. */
    private static void oracle(HookedTransformer model, SparseAutoencoder sae, float[] weights) {
        int width = model.config().dModel();
        boolean centred = model.config().norm() instanceof Norm.LayerNorm;
        float[] direction = Arrays.copyOfRange(sae.decoder().toFloatArray(), 3 * width, 4 * width);
        float[] weight = model.finalNormWeight().toFloatArray();
        float[] unembedding = model.unembedding().toFloatArray();
        double mean = 0;
        for (float x : direction) {
            mean += centred ? (double) x / width : 0;
        }
        for (int token = 0; token < weights.length / 2; token += 7) {
            double logit = 0;
            for (int i = 0; i < width; i++) {
                logit += (direction[i] - mean) * weight[i] * unembedding[token * width + i];
            }
            assertEquals(logit, weights[token], 1e-4 * Math.max(1, Math.abs(logit)));
        }
    }

    @Test
    void weightsOnOneTokenEqualAColumnOfAllWeights() throws IOException {
        for (String family : new String[] {"gpt_neox", "gemma2"}) {
            try (HookedTransformer model = new FamilyModels(folder).load(family);
                    SparseAutoencoder sae = TinyDictionary.dictionary(model, 4, "blocks.1.hook_resid_post");
                    Scope scope = Scope.open()) {
                LogitWeights logits = new LogitWeights(AttachedDictionary.of(model, TinyDictionary.SITE, sae));
                float[] all =
                        logits.weights(0, TinyDictionary.LATENTS).get(":, 17").toFloatArray();
                float[] column = logits.onToken(17);
                for (int latent = 0; latent < all.length; latent++) {
                    assertEquals(all[latent], column[latent], 1e-4 * Math.max(1, Math.abs(all[latent])));
                }
            }
        }
    }

    @Test
    void summaryComputesMomentsAndHistogram() {
        float[] numbers = {9, 1, 2, 2, 3, 7, 9};
        LogitSummary summary = LogitSummary.of(numbers, 1, 6);
        assertEquals(3, summary.mean(), 1e-12);
        assertEquals(Math.sqrt(4.4), summary.deviation(), 1e-12);
        assertEquals((-8 - 1 - 1 + 0 + 64) / 5.0 / Math.pow(4.4, 1.5), summary.skewness(), 1e-12);
        assertEquals((16 + 1 + 1 + 0 + 256) / 5.0 / (4.4 * 4.4), summary.kurtosis(), 1e-12);
        assertEquals(5, summary.histogram().total());
        assertEquals(1, summary.histogram().start());
        assertEquals(7, summary.histogram().end(), 1e-9);
        assertEquals(1, summary.histogram().counts().get(49));
        LogitSummary flat = LogitSummary.of(new float[] {2, 2, 2}, 0, 3);
        assertEquals(3, flat.histogram().total());
        assertEquals(0, flat.kurtosis());
    }
}
