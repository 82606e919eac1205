package dev.assay.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.AttachedSites;
import dev.assay.feature.report.TokenEffect;
import dev.assay.intervene.Intervention;
import dev.assay.intervene.InterventionResult;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.Architecture;
import dev.assay.sae.InputOptions;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseCodes;
import dev.assay.sae.TopK;
import dev.assay.sae.Transcoder;
import dev.assay.sae.Weights;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AblationEffectsTest {
    @TempDir
    static Path folder;

    private static final int LENGTH = 12;

    private static long[] context(HookedTransformer model, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] ids = new long[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            do {
                ids[i] = random.nextInt(Math.min(
                        model.config().vocabularySize(), model.tokenizer().vocabularySize()));
            } while (model.tokenizer().isSpecial((int) ids[i]));
        }
        return ids;
    }

    private static AblationEffects effects(HookedTransformer model, SparseAutoencoder sae, HookPoint site) {
        return new AblationEffects(AttachedDictionary.of(model, site, sae));
    }

    private static SparseAutoencoder changed(
            HookedTransformer model,
            Architecture architecture,
            ActivationNormalization normalization,
            SaeMetadata metadata) {
        try (SparseAutoencoder plain = TinyDictionary.dictionary(model, 9, TinyDictionary.SITE.name())) {
            return plain.toBuilder()
                    .architecture(architecture)
                    .input(new InputOptions(normalization, false, false))
                    .metadata(metadata)
                    .build();
        }
    }

    /** Returns the contribution of a latent as the difference of the reconstructions with and without it, [position, d_out]. */
    private static NDArray part(SparseAutoencoder sae, NDArray x, int latent) {
        SparseCodes codes = sae.encode(x);
        NDArray others =
                codes.indices().neq((long) latent).toType(codes.values().getDataType(), false);
        return sae.decode(codes, x)
                .sub(sae.decode(codes.withValues(codes.values().mul(others)), x));
    }

    private static double[] losses(HookedTransformer model, NDArray logits, long[] ids) {
        float[] log = logits.logSoftmax(-1).toFloatArray();
        double[] losses = new double[ids.length - 1];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = -log[(int) (i * model.config().vocabularySize() + ids[i + 1])];
        }
        return losses;
    }

    private static void assertTrueEffects(
            HookedTransformer model, SparseAutoencoder sae, HookPoint reads, HookPoint writes, int latent) {
        long[] ids = context(model, 5);
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray tokens = model.manager().create(ids, new Shape(1, LENGTH));
            NDArray part = part(sae, model.runTo(reads, tokens), latent);
            double[] base = losses(model, model.forward(tokens), ids);
            double[] edited;
            try (HookScope hooks = model.hooks()
                    .edit(writes, (x, site) -> x.sub(part.reshape(x.getShape())))
                    .open()) {
                edited = losses(model, model.forward(tokens), ids);
            }
            AblationEffects.Request request = new AblationEffects.Request(latent, ids, 0, texts(LENGTH));
            List<TokenEffect> found =
                    effects(model, sae, reads).of(List.of(request)).get(0);
            double largest = 0;
            for (int i = 0; i < edited.length; i++) {
                assertEquals(edited[i] - base[i], found.get(i).lossChange(), 2e-5);
                largest = Math.max(largest, Math.abs(found.get(i).lossChange()));
            }
            assertTrue(largest > 1e-3, "ablation changes the loss by " + largest);
            assertTrue(Double.isNaN(found.get(LENGTH - 1).lossChange()));
        }
    }

    /** Returns a latent that is active on a token of the context after the second. */
    private static int active(HookedTransformer model, SparseAutoencoder sae, HookPoint reads) {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray tokens = model.manager().create(context(model, 5), new Shape(1, LENGTH));
            float[] codes = sae.encode(model.runTo(reads, tokens)).dense().toFloatArray();
            for (int i = 2 * sae.dSae(); i < codes.length; i++) {
                if (codes[i] > 0) {
                    return i % sae.dSae();
                }
            }
            throw new IllegalStateException("no latent is active on the context");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gpt_neox, false, NONE",
        "gpt_neox, true, NONE",
        "gpt_neox, false, LAYER_NORM",
        "gpt2, true, CONSTANT_NORM_RESCALE",
        "gemma2, true, LAYER_NORM",
        "llama, false, CONSTANT_NORM_RESCALE"
    })
    void trueEffectsEqualARunWithTheEdit(String family, boolean rescaled, ActivationNormalization normalization)
            throws IOException {
        SaeMetadata metadata = SaeMetadata.builder().build();
        try (HookedTransformer model = new FamilyModels(folder).load(family);
                SparseAutoencoder sae = changed(model, new TopK(6, rescaled), normalization, metadata)) {
            HookPoint site = HookPoint.residPre(1);
            assertTrueEffects(model, sae, site, site, active(model, sae, site));
        }
    }

    @Test
    void trueEffectsEqualTheIntervention() throws IOException {
        HookPoint site = HookPoint.residPre(1);
        for (boolean excludeSpecial : new boolean[] {false, true}) {
            SaeMetadata metadata = SaeMetadata.builder()
                    .put("exclude_special_tokens", excludeSpecial)
                    .build();
            try (HookedTransformer model = new FamilyModels(folder).load("gpt_neox");
                    SparseAutoencoder sae = changed(model, TopK.of(20), ActivationNormalization.LAYER_NORM, metadata)) {
                long[] ids = context(model, 5);
                ids[0] = model.tokenizer().bosId();
                int latent = strongestAtFirstToken(model, sae, site, ids);
                List<TokenEffect> found = effects(model, sae, site)
                        .of(List.of(new AblationEffects.Request(latent, ids, 0, texts(LENGTH))))
                        .get(0);
                assertEquals(excludeSpecial, found.get(0).activation() == 0);
                int[] tokens = Arrays.stream(ids).mapToInt(id -> (int) id).toArray();
                try (InterventionResult result =
                        Intervention.of(model, site, sae).ablate(latent).run(tokens)) {
                    for (int i = 0; i + 1 < LENGTH; i++) {
                        double change = result.editedLosses().get(i)
                                - result.baselineLosses().get(i);
                        assertEquals(change, found.get(i).lossChange(), 2e-5);
                    }
                }
            }
        }
    }

    /** Returns the latent with the maximum activation on the first token. */
    private static int strongestAtFirstToken(
            HookedTransformer model, SparseAutoencoder sae, HookPoint site, long[] ids) {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray tokens = model.manager().create(ids, new Shape(1, LENGTH));
            float[] codes = sae.encode(model.runTo(site, tokens)).dense().toFloatArray();
            return IntStream.range(0, sae.dSae())
                    .boxed()
                    .max(Comparator.comparing(latent -> codes[latent]))
                    .orElseThrow();
        }
    }

    @Test
    void ablatesTranscodersAtTheirOutputSite() throws IOException {
        HookPoint reads = HookPoint.residPre(1);
        HookPoint writes = HookPoint.mlpOut(1);
        SaeMetadata metadata =
                SaeMetadata.builder().put("hook_name_out", writes.name()).build();
        try (HookedTransformer model = new FamilyModels(folder).load("gpt_neox");
                SparseAutoencoder sae = changed(
                        model, Transcoder.of(TopK.of(6)), ActivationNormalization.CONSTANT_NORM_RESCALE, metadata);
                SparseAutoencoder unknown = changed(
                        model,
                        Transcoder.of(TopK.of(6)),
                        ActivationNormalization.NONE,
                        SaeMetadata.builder().build())) {
            assertTrueEffects(model, sae, reads, writes, active(model, sae, reads));
            AblationEffects.Request request = new AblationEffects.Request(0, context(model, 5), 0, texts(3));
            AblationEffects effects = effects(model, unknown, reads);
            assertTrue(assertThrows(InvalidInputException.class, () -> effects.of(List.of(request)))
                    .getMessage()
                    .contains("metadata.hook_name_out"));
            assertTrue(new LogitWeights(AttachedDictionary.of(model, reads, unknown))
                    .of(0, 1, 5)
                    .get(0)
                    .top()
                    .isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt_neox", "gpt2", "llama", "gemma2"})
    void directEffectsEqualAnOracleInEveryNorm(String family) throws IOException {
        HookPoint site = HookPoint.residPre(1);
        try (HookedTransformer model = new FamilyModels(folder).load(family);
                SparseAutoencoder sae = TinyDictionary.dictionary(model, 9, site.name());
                Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            int latent = active(model, sae, site);
            long[] ids = context(model, 5);
            NDArray tokens = model.manager().create(ids, new Shape(1, LENGTH));
            float[] part = part(sae, model.runTo(site, tokens), latent).toFloatArray();
            float[] residual = model.runTo(HookPoint.residPost(model.config().layers() - 1), tokens)
                    .toFloatArray();
            Float64Logits oracle = new Float64Logits(model);
            List<TokenEffect> found = effects(model, sae, site)
                    .of(List.of(new AblationEffects.Request(latent, ids, 0, texts(LENGTH))))
                    .get(0);
            int width = model.config().dModel();
            for (int i = 0; i + 1 < LENGTH; i++) {
                double[] with = new double[width];
                double[] without = new double[width];
                for (int j = 0; j < width; j++) {
                    with[j] = residual[i * width + j];
                    without[j] = with[j] - part[i * width + j];
                }
                int next = (int) ids[i + 1];
                assertEquals(
                        oracle.loss(without, next) - oracle.loss(with, next),
                        found.get(i).directLossChange(),
                        1e-5);
            }
        }
    }

    @Test
    void directEffectEqualsTrueEffectAfterTheLastBlock() throws IOException {
        HookPoint last = HookPoint.residPost(2);
        try (HookedTransformer model = new FamilyModels(folder).load("gpt_neox");
                SparseAutoencoder sae = TinyDictionary.dictionary(model, 9, last.name())) {
            assertEquals(3, model.config().layers());
            List<TokenEffect> found = effects(model, sae, last)
                    .of(List.of(
                            new AblationEffects.Request(active(model, sae, last), context(model, 5), 0, texts(LENGTH))))
                    .get(0);
            found.subList(0, LENGTH - 1)
                    .forEach(effect -> assertEquals(effect.directLossChange(), effect.lossChange(), 1e-6));
        }
    }

    @Test
    void batchedRequestsEqualSingleRequests() throws IOException {
        HookPoint site = HookPoint.mlpOut(0);
        try (HookedTransformer model = new FamilyModels(folder).load("gpt_neox");
                SparseAutoencoder sae = TinyDictionary.dictionary(model, 9, site.name())) {
            AblationEffects effects = effects(model, sae, site);
            List<AblationEffects.Request> requests = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                long[] ids = Arrays.copyOf(context(model, i), LENGTH - i % 2);
                requests.add(new AblationEffects.Request(3 * i, ids, i, texts(4)));
            }
            List<List<TokenEffect>> batched = effects.of(requests);
            for (int i = 0; i < requests.size(); i++) {
                List<TokenEffect> single = effects.of(List.of(requests.get(i))).get(0);
                assertEquals(4, single.size());
                for (int t = 0; t < single.size(); t++) {
                    assertEquals(single.get(t).token(), batched.get(i).get(t).token());
                    assertEquals(
                            single.get(t).activation(), batched.get(i).get(t).activation(), 1e-6);
                    assertEquals(
                            single.get(t).lossChange(), batched.get(i).get(t).lossChange(), 1e-5);
                    assertEquals(
                            single.get(t).directLossChange(),
                            batched.get(i).get(t).directLossChange(),
                            1e-5);
                }
            }
        }
    }

    @Test
    void directEffectIsNaNOutsideTheResidualStream() throws IOException {
        HookPoint site = HookPoint.mlpPost(0);
        try (HookedTransformer model = new FamilyModels(folder).load("gpt_neox");
                SparseAutoencoder sae = wide(model, site)) {
            int latent = active(model, sae, site);
            assertTrueEffects(model, sae, site, site, latent);
            TokenEffect first = effects(model, sae, site)
                    .of(List.of(new AblationEffects.Request(latent, context(model, 5), 0, texts(1))))
                    .get(0)
                    .get(0);
            assertTrue(Double.isNaN(first.directLossChange()));
        }
    }

    /** Returns a dictionary of the width of a site. */
    private static SparseAutoencoder wide(HookedTransformer model, HookPoint site) {
        try (Scope scope = Scope.open()) {
            NDArray directions = Weights.randomDirections(model.manager(), 24, model.width(site), 4);
            return SparseAutoencoder.builder()
                    .architecture(TopK.of(5))
                    .weights(new Weights(
                            directions,
                            model.manager().zeros(new Shape(24)),
                            directions.mul(8f),
                            model.manager().zeros(new Shape(model.width(site)))))
                    .build();
        }
    }

    @Test
    void rejectsSitesOfOtherWidthOrInsideTheFinalNorm() throws IOException {
        try (HookedTransformer model = new FamilyModels(folder).load("gpt_neox");
                SparseAutoencoder sae = TinyDictionary.dictionary(model, 9, TinyDictionary.SITE.name())) {
            assertTrue(assertThrows(
                            InvalidInputException.class,
                            () -> AttachedSites.of(model, sae, HookPoint.parse("blocks.0.mlp.hook_post")))
                    .getMessage()
                    .startsWith("the dictionary reads 48 columns of blocks.0.mlp.hook_post"));
            HookPoint finalNorm = HookPoint.parse("ln_final.hook_normalized");
            assertTrue(assertThrows(
                            InvalidInputException.class,
                            () -> AttachedDictionary.of(model, finalNorm, sae)
                                    .sites()
                                    .writesBeforeFinalNorm())
                    .getMessage()
                    .contains("part of the final norm"));
        }
    }

    private static List<String> texts(int count) {
        return Collections.nCopies(count, "token");
    }
}
