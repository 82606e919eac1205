package dev.assay.audit.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.audit.measure.PermutationTest;
import dev.assay.audit.sample.AuditPass;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Documents;
import dev.assay.audit.sample.Pooling;
import dev.assay.feature.TinyDictionary;
import dev.assay.model.HookedTransformer;
import dev.assay.model.ModelCopy;
import dev.assay.model.config.TransformerConfig;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.dialogue.LabelledDialogue;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ModelDiffTest {
    private static final PermutationTest TEST = new PermutationTest(1999, 5000, 0);
    private static TinyDictionary tiny;

    @BeforeAll
    static void open() throws IOException {
        tiny = new TinyDictionary();
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    /** Returns a copy of the model that adds the encoder row of a latent to the MLP output before the site. */
    private static HookedTransformer tuned(int latent, double strength) throws IOException {
        HookedTransformer copy = ModelCopy.of(tiny.model);
        try (Scope scope = Scope.open()) {
            Aten.add_(
                    copy.parameters().get("blocks.1.down.bias"),
                    tiny.sae.encoder().get(latent),
                    strength);
        }
        return copy;
    }

    @Test
    void changedFeatureHasTheLargestIncrease() throws IOException {
        List<LabelledDialogue> documents = Documents.plain(30);
        try (HookedTransformer tuned = tuned(7, 20);
                SparseAutoencoder other = TinyDictionary.dictionary(tiny.model, 9, TinyDictionary.SITE.name())) {
            List<DictionaryDiff> diffs = ModelDiff.of(tiny.model, tuned)
                    .dictionary("sae", tiny.sae)
                    .dictionary("other", other, TinyDictionary.SITE)
                    .test(TEST)
                    .run(documents);
            assertEquals(
                    List.of("sae", "other"),
                    diffs.stream().map(DictionaryDiff::dictionary).toList());
            DictionaryDiff diff = diffs.get(0);
            FeatureChange first = diff.changes().stream()
                    .max(Comparator.comparingDouble(change -> change.tunedMean() - change.baseMean()))
                    .orElseThrow();
            assertEquals(7, first.feature());
            for (int i = 1; i < diff.changes().size(); i++) {
                assertTrue(Math.abs(diff.changes().get(i - 1).statistic())
                        >= Math.abs(diff.changes().get(i).statistic()));
            }
            assertTrue(first.tunedMean() > first.baseMean() && first.tunedFrequency() >= first.baseFrequency());
            assertTrue(first.statistic() > 0 && first.familyPValue() <= 0.05);
            assertEquals(TinyDictionary.LATENTS, diff.changes().size());
            assertTrue(diff.discoveries(0.05).contains(first));
            assertTrue(diff.toString().contains("FVU"));
            AuditSample direct = AuditPass.of(tuned)
                    .dictionary("sae", tiny.sae)
                    .reconstruction()
                    .run(documents);
            assertEquals(direct.statistics("sae").fvu(), diff.tunedFvu(), 1e-12);
            assertEquals(direct.statistics("sae").meanActivation(7), first.tunedMean(), 1e-12);
        }
    }

    @Test
    void equalModelsHaveNoChangedFeature() throws IOException {
        try (HookedTransformer copy = ModelCopy.of(tiny.model)) {
            DictionaryDiff diff = ModelDiff.of(tiny.model, copy)
                    .dictionary("sae", tiny.sae)
                    .pooling(Pooling.max())
                    .test(TEST)
                    .run(Documents.plain(10))
                    .get(0);
            assertEquals(0, diff.tested());
            assertEquals(List.of(), diff.discoveries(0.999));
            assertEquals(diff.baseFvu(), diff.tunedFvu());
            assertEquals(diff.baseL0(), diff.tunedL0());
        }
    }

    @Test
    void crosscoderLatentsHaveTheNormsOfBothModels() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            NDArray decoder =
                    manager.create(new float[] {3, 4, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 0, 0, 0, 0}, new Shape(4, 4));
            try (SparseAutoencoder crosscoder = SparseAutoencoder.builder()
                    .architecture(new Standard())
                    .weights(new Weights(decoder, manager.zeros(new Shape(4)), decoder, manager.zeros(new Shape(4))))
                    .metadata(SaeMetadata.builder().build())
                    .build()) {
                List<CrosscoderDiff.CrosscoderLatent> latents = CrosscoderDiff.of(crosscoder, 2);
                assertEquals(
                        List.of(1, 2, 3, 0),
                        latents.stream()
                                .map(CrosscoderDiff.CrosscoderLatent::latent)
                                .toList());
                assertEquals(1, latents.get(0).tunedShare());
                assertEquals(2.0 / 3, latents.get(1).tunedShare(), 1e-12);
                assertEquals(0, latents.get(1).cosine());
                assertEquals(0.5, latents.get(2).tunedShare());
                assertEquals(5, latents.get(3).baseNorm(), 1e-12);
                assertEquals(0, latents.get(3).tunedShare());
            }
        }
    }

    @Test
    void rejectsModelsAndDictionariesThatDoNotFit() {
        ModelDiff diff = ModelDiff.of(tiny.model, tiny.model).dictionary("sae", tiny.sae);
        assertThrows(InvalidInputException.class, () -> diff.dictionary("sae", tiny.sae));
        assertThrows(
                InvalidInputException.class,
                () -> ModelDiff.of(tiny.model, tiny.model).run(Documents.plain(4)));
        TransformerConfig config = TransformerConfig.gptNeoX()
                .vocabularySize(8)
                .contextLength(16)
                .layers(1)
                .dModel(8)
                .heads(2)
                .build();
        try (HookedTransformer other = HookedTransformer.random(config, 1, Device.cpu())) {
            assertThrows(InvalidInputException.class, () -> ModelDiff.of(tiny.model, other));
        }
    }
}
