package dev.assay.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.attach.LogitDivergence;
import dev.assay.attach.NextTokenLoss;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.InputOptions;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Transcoder;
import dev.assay.sae.Weights;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class EvaluationTest {
    private static final int WIDTH = 48;
    private static final int LENGTH = 32;
    private static final HookPoint SITE = HookPoint.residPost(1);

    private static HookedTransformer model;
    private static Corpus corpus;

    @BeforeAll
    static void load() throws Exception {
        model = HookedTransformer.load(Fixtures.folder("gpt_neox"));
        corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 300))
                .contextLength(LENGTH)
                .prependBos(true)
                .build();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void exactDictionaryRecoversTheLoss() throws IOException {
        for (boolean skipsSpecial : new boolean[] {true, false}) {
            try (SparseAutoencoder exact = signedUnits(1, skipsSpecial)) {
                EvaluationReport report =
                        Evaluation.of(model, exact, corpus).tokens(3000).run();
                assertEquals(1, report.explainedVariance(), 1e-9);
                assertEquals(0, report.meanSquaredError(), 1e-9);
                assertEquals(1, report.cosine(), 1e-9);
                assertEquals(
                        WIDTH, report.l0(), 1e-9); // exactly one of each pair ±u is active, because no activation is 0
                assertEquals(1, report.lossRecoveredFromMean().orNaN(), 1e-5);
                if (skipsSpecial) { // in this model of random weights, zero is closer to the activations of words than
                    // to that of BOS
                    assertTrue(report.lossRecoveredFromZero().reason().contains("is within noise"), report.toText());
                } else {
                    assertEquals(1, report.lossRecoveredFromZero().orNaN(), 1e-5);
                }
                assertTrue(report.warnings().get(0).contains("is not below 5.7038"), report.toText());
                assertEquals(0, report.klDivergence(), 1e-6);
                assertEquals(
                        report.crossEntropy().clean(), report.crossEntropy().reconstructed(), 1e-6);
            }
        }
    }

    /** Compares the report of a dictionary that halves every activation with losses computed directly from the model. */
    @Test
    void replacesOnlyTokensTheDictionaryWasTrainedOn() throws IOException {
        for (boolean skipsSpecial : new boolean[] {true, false}) {
            try (SparseAutoencoder half = signedUnits(0.5f, skipsSpecial)) {
                EvaluationReport report =
                        Evaluation.of(model, half, corpus).tokens(32 * LENGTH).run();
                double[] expected = referenceMetrics(skipsSpecial);
                assertEquals(expected[0], report.tokens());
                assertEquals(expected[1], report.crossEntropy().clean(), 1e-5);
                assertEquals(expected[2], report.crossEntropy().reconstructed(), 1e-5);
                assertEquals(expected[3], report.crossEntropy().meanAblated(), 1e-5);
                assertEquals(expected[4], report.crossEntropy().zeroAblated(), 1e-5);
                assertTrue(report.explainedVariance() < 1);
                assertEquals(1, report.cosine(), 1e-6);
            }
        }
    }

    /**
     * Returns, for the first 32 held-out contexts: the number of tokens, and the cross-entropies clean, halved, mean-ablated and
     * zero-ablated.
     */
    private static double[] referenceMetrics(boolean skipsSpecial) throws IOException {
        try (Autograd off = Autograd.off();
                Scope scope = Scope.open();
                ContextReader reader = corpus.read(Split.HELD_OUT)) {
            TokenBatch batch = reader.next(32);
            boolean[] kept = new boolean[batch.ids().length];
            int tokens = 0;
            for (int i = 0; i < kept.length; i++) {
                kept[i] = !skipsSpecial || !model.tokenizer().isSpecial((int) batch.ids()[i]);
                tokens += kept[i] ? 1 : 0;
            }
            NDArray ids = batch.toArray(model.manager());
            float[] clean;
            try (ActivationCache cache = model.cache(ids, SITE)) {
                clean = cache.get(SITE).toFloatArray();
            }
            double[] mean = new double[WIDTH];
            for (int i = 0; i < clean.length; i++) {
                mean[i % WIDTH] += kept[i / WIDTH] ? clean[i] / tokens : 0;
            }
            float[] halved = clean.clone();
            float[] meanAblated = clean.clone();
            float[] zero = clean.clone();
            for (int i = 0; i < clean.length; i++) {
                if (kept[i / WIDTH]) {
                    halved[i] = clean[i] / 2;
                    meanAblated[i] = (float) mean[i % WIDTH];
                    zero[i] = 0;
                }
            }
            return new double[] {
                tokens,
                loss(batch, ids, clean),
                loss(batch, ids, halved),
                loss(batch, ids, meanAblated),
                loss(batch, ids, zero)
            };
        }
    }

    private static double loss(TokenBatch batch, NDArray ids, float[] site) {
        NDArray replacement = model.manager().create(site, new Shape(batch.rows(), LENGTH, WIDTH));
        float[] logits;
        try (HookScope hooks =
                model.hooks().edit(SITE, (activation, at) -> replacement).open()) {
            logits = model.forward(ids).toFloatArray();
        }
        int vocabulary = logits.length / batch.ids().length;
        double sum = 0;
        int predicted = 0;
        for (int i = 0; i < batch.ids().length; i++) {
            if (i % LENGTH == LENGTH - 1) {
                continue; // the next token belongs to another context
            }
            float[] row = Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary);
            double total = 0;
            for (float logit : row) {
                total += Math.exp(logit);
            }
            sum += Math.log(total) - row[(int) batch.ids()[i + 1]];
            predicted++;
        }
        return sum / predicted;
    }

    @Test
    void countsLatentsThatNeverFireAsDead() throws IOException {
        try (SparseAutoencoder sae = signedUnits(1, true);
                NDManager manager = TorchEngine.newManager(Device.cpu())) {
            float[] bias = new float[2 * WIDTH];
            Arrays.fill(bias, 0, 24, -1e6f); // a quarter of the latents
            try (SparseAutoencoder silenced = sae.toBuilder()
                    .weights(new Weights(sae.encoder(), manager.create(bias), sae.decoder(), sae.decoderBias()))
                    .build()) {
                EvaluationReport report =
                        Evaluation.of(model, silenced, corpus).tokens(3000).run();
                assertEquals(0.25, report.deadShare(), 0.03);
                assertTrue(report.deadShare() >= 0.25);
            }
        }
    }

    @Test
    void baselinesHaveTheMetricsOfSeparateEvaluations() throws IOException {
        try (SparseAutoencoder exact = signedUnits(1, true);
                SparseAutoencoder half = signedUnits(0.5f, true);
                SparseAutoencoder third = signedUnits(0.3f, true)) {
            EvaluationTable table = Evaluation.of(model, half, corpus)
                    .tokens(2000)
                    .baseline("exact", exact)
                    .baseline("third", third)
                    .table();
            assertEquals(Evaluation.of(model, half, corpus).tokens(2000).run(), table.dictionary());
            assertEquals(
                    Evaluation.of(model, exact, corpus).tokens(2000).run(),
                    table.others().get("exact"));
            assertEquals(
                    Evaluation.of(model, third, corpus).tokens(2000).run(),
                    table.others().get("third"));
            assertEquals(List.of("exact", "third"), List.copyOf(table.others().keySet()));
            assertEquals(
                    4,
                    table.toText()
                            .lines()
                            .filter(line -> !line.startsWith("note: "))
                            .count());
        }
    }

    @Test
    void scoresConceptsByCodes() throws IOException {
        try (ConceptScoring scoring = new ConceptScoring(model, SITE, corpus, 1500);
                SparseAutoencoder unit = signedUnits(1, true);
                SparseAutoencoder half = signedUnits(0.5f, true)) {
            ConceptTable table = scoring.table(unit);
            assertEquals(
                    StoryCorpus.concepts(),
                    table.rows().stream().map(ConceptTable.Row::concept).toList());
            List<ConceptTable.Best> latents =
                    table.rows().stream().map(ConceptTable.Row::latent).toList();
            assertEquals(latents, scoring.best(half)); // scores depend on codes only, not on the decoder
            for (ConceptTable.Row row : table.rows()) {
                assertTrue(row.latent().f1() >= 0 && row.latent().f1() <= 1);
                assertTrue(row.latent().unit() >= 0 && row.latent().unit() < 2 * WIDTH);
                row.controls().values().forEach(f1 -> assertTrue(f1 >= 0 && f1 <= 1));
            }
            for (ToDoubleFunction<ConceptTable.Row> column : List.<ToDoubleFunction<ConceptTable.Row>>of(
                    row -> row.latent().f1(),
                    row -> row.controls().get(ConceptControl.TOKEN_LOOKUP),
                    row -> row.controls().get(ConceptControl.ALWAYS_YES),
                    row -> row.controls().get(ConceptControl.NEURON),
                    row -> row.controls().get(ConceptControl.PRINCIPAL),
                    row -> row.controls().get(ConceptControl.RANDOM))) {
                assertTrue(table.rows().stream().mapToDouble(column).sum() > 0.5);
            }
        }
    }

    @Test
    void roundsTokensUpToWholePasses() throws IOException {
        try (SparseAutoencoder sae = signedUnits(1, false)) {
            assertEquals(
                    32 * LENGTH,
                    Evaluation.of(model, sae, corpus).tokens(1).run().tokens());
            assertEquals(
                    64 * LENGTH,
                    Evaluation.of(model, sae, corpus)
                            .tokens(32 * LENGTH + 1)
                            .run()
                            .tokens());
        }
    }

    @Test
    void reportsInvalidInputInOneSentence() throws IOException {
        try (SparseAutoencoder sae = signedUnits(1, true);
                SparseAutoencoder withoutSite =
                        sae.toBuilder().metadata(SaeMetadata.builder().build()).build()) {
            assertTrue(messageOf(Evaluation.of(model, withoutSite, corpus)).contains("metadata.hook_name"));
            assertTrue(messageOf(Evaluation.of(model, sae, corpus).point(HookPoint.residPost(9)))
                    .contains("blocks.9.hook_resid_post"));
            assertTrue(messageOf(Evaluation.of(model, sae, corpus).point(HookPoint.parse("blocks.0.mlp.hook_post")))
                    .contains("the dictionary reads 48 columns of blocks.0.mlp.hook_post, but that site of "));
            Corpus nothingHeldOut = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 300))
                    .contextLength(LENGTH)
                    .heldOutEvery(0)
                    .build();
            assertTrue(messageOf(Evaluation.of(model, sae, nothingHeldOut)).contains("held out"));
        }
    }

    /** resid_post of a block equals resid_pre of the next block, so that a transcoder between them is an autoencoder. */
    @Test
    void evaluatesATranscoderAtItsWrittenSite() throws IOException {
        try (SparseAutoencoder sae = signedUnits(0.5f, true);
                SparseAutoencoder plain = sae.toBuilder()
                        .input(new InputOptions(ActivationNormalization.NONE, false, false))
                        .metadata(sae.metadata().toBuilder()
                                .hookName(HookPoint.residPost(0).name())
                                .build())
                        .build();
                SparseAutoencoder transcoder = plain.toBuilder()
                        .architecture(Transcoder.of(plain.architecture()))
                        .metadata(plain.metadata().toBuilder()
                                .hookNameOut(HookPoint.residPre(1).name())
                                .build())
                        .build()) {
            EvaluationReport expected =
                    Evaluation.of(model, plain, corpus).tokens(500).run();
            assertTrue(expected.crossEntropy().reconstructed()
                    > expected.crossEntropy().clean());
            assertEquals(
                    expected,
                    Evaluation.of(model, transcoder, corpus).tokens(500).run());
        }
    }

    /** The sites before the written one are computed once per batch that is kept in memory, and twice per other batch. */
    @Test
    void runsTheModelToTheWrittenSiteOnce() throws IOException {
        int batches = 3;
        for (long memory : new long[] {0, Long.MAX_VALUE}) {
            int[] calls = new int[3];
            try (SparseAutoencoder sae = signedUnits(0.5f, true);
                    HookScope hooks = model.hooks()
                            .read(HookPoint.embed(), (x, site) -> calls[0]++)
                            .read(HookPoint.attnOut(1), (x, site) -> calls[1]++)
                            .read(HookPoint.residPost(2), (x, site) -> calls[2]++)
                            .open()) {
                Evaluation.of(model, sae, corpus)
                        .tokens(32 * batches * LENGTH)
                        .memory(memory)
                        .baseline("same", sae)
                        .run();
            }
            int prefixes = memory == 0 ? 2 * batches : batches;
            assertArrayEquals(new int[] {prefixes, prefixes, 5 * batches}, calls);
        }
    }

    @Test
    void reportDoesNotDependOnTheMemory() throws IOException {
        try (SparseAutoencoder sae = signedUnits(0.5f, true);
                SparseAutoencoder transcoder =
                        transcoder(sae, "blocks.0.ln2.hook_normalized", "blocks.0.hook_mlp_out")) {
            for (Evaluation evaluation : List.of(
                    Evaluation.of(model, sae, corpus),
                    Evaluation.of(model, sae, corpus).point(HookPoint.attnOut(1)),
                    Evaluation.of(model, sae, corpus).point(HookPoint.z(0)),
                    Evaluation.of(model, sae, corpus).point(HookPoint.residPre(0)),
                    Evaluation.of(model, sae, corpus).point(HookPoint.parse("ln_final.hook_normalized")),
                    Evaluation.of(model, transcoder, corpus))) {
                evaluation.tokens(5 * 32 * LENGTH);
                EvaluationReport whole = evaluation.run();
                assertEquals(whole, evaluation.memory(0).run());
                long some = 2 * 32 * LENGTH * 4 * 2 * WIDTH;
                assertEquals(whole, evaluation.memory(some).run());
            }
        }
    }

    /** Compares the losses of a transcoder with those of whole passes under its hooks. */
    @Test
    void transcoderWithAnEarlierReadSiteHasTheLossesOfWholePasses() throws IOException {
        HookPoint read = HookPoint.parse("blocks.0.ln2.hook_normalized");
        HookPoint written = HookPoint.mlpOut(0);
        try (SparseAutoencoder sae = signedUnits(0.5f, false);
                SparseAutoencoder transcoder = transcoder(sae, read.name(), written.name());
                Autograd off = Autograd.off();
                Scope scope = Scope.open();
                ContextReader reader = corpus.read(Split.HELD_OUT)) {
            EvaluationReport report =
                    Evaluation.of(model, transcoder, corpus).tokens(32 * LENGTH).run();
            NDArray ids = reader.next(32).toArray(model.manager());
            NDArray targets = NextTokenLoss.targets(ids);
            NDArray[] input = new NDArray[1];
            NDArray clean;
            try (HookScope hooks = model.hooks()
                    .read(read, (x, site) -> input[0] = Scope.detached(x::duplicate))
                    .open()) {
                clean = NextTokenLoss.predictions(model.forward(ids));
            }
            NDArray replaced;
            try (NDArray x = input[0];
                    HookScope hooks = model.hooks()
                            .edit(
                                    written,
                                    (y, site) -> transcoder.reconstruct(x).reshape(y.getShape()))
                            .open()) {
                replaced = NextTokenLoss.predictions(model.forward(ids));
            }
            long n = targets.size();
            assertEquals(
                    NextTokenLoss.sum(clean, targets) / n, report.crossEntropy().clean(), 1e-9);
            assertEquals(
                    NextTokenLoss.sum(replaced, targets) / n,
                    report.crossEntropy().reconstructed(),
                    1e-9);
            assertEquals(LogitDivergence.sum(clean, replaced) / n, report.klDivergence(), 1e-9);
        }
    }

    private static SparseAutoencoder transcoder(SparseAutoencoder sae, String read, String written) {
        return sae.toBuilder()
                .input(new InputOptions(ActivationNormalization.NONE, false, false))
                .architecture(Transcoder.of(sae.architecture()))
                .metadata(sae.metadata().toBuilder()
                        .hookName(read)
                        .hookNameOut(written)
                        .build())
                .build();
    }

    @Test
    void rejectsATranscoderWithoutTargetAndMixedKinds() {
        try (SparseAutoencoder sae = signedUnits(1, true);
                SparseAutoencoder transcoder = sae.toBuilder()
                        .architecture(Transcoder.of(TopK.of(3)))
                        .input(new InputOptions(ActivationNormalization.NONE, false, false))
                        .build()) {
            assertTrue(messageOf(Evaluation.of(model, transcoder, corpus)).contains("is a transcoder"));
            assertTrue(messageOf(Evaluation.of(model, sae, corpus).baseline("other", transcoder))
                    .contains("is a transcoder"));
        }
    }

    private static String messageOf(Evaluation evaluation) {
        String message =
                assertThrows(InvalidInputException.class, evaluation::run).getMessage();
        assertEquals(1, message.lines().count());
        return message;
    }

    /**
     * Creates a dictionary with latents ±u for every unit vector u, which reconstructs every activation times the norm of its decoder rows.
     */
    private static SparseAutoencoder signedUnits(float length, boolean skipsSpecial) {
        float[] encoder = new float[2 * WIDTH * WIDTH];
        float[] decoder = new float[encoder.length];
        for (int i = 0; i < WIDTH; i++) {
            encoder[i * WIDTH + i] = 1;
            encoder[(WIDTH + i) * WIDTH + i] = -1;
        }
        for (int i = 0; i < encoder.length; i++) {
            decoder[i] = length * encoder[i];
        }
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            SparseAutoencoder sae = SparseAutoencoder.builder()
                    .architecture(TopK.of(WIDTH))
                    .weights(new Weights(
                            manager.create(encoder, new Shape(2 * WIDTH, WIDTH)),
                            manager.zeros(new Shape(2 * WIDTH)),
                            manager.create(decoder, new Shape(2 * WIDTH, WIDTH)),
                            manager.zeros(new Shape(WIDTH))))
                    .metadata(SaeMetadata.builder()
                            .hookName(SITE.name())
                            .put("exclude_special_tokens", skipsSpecial)
                            .build())
                    .build();
            assertArrayEquals(
                    new long[] {2 * WIDTH, WIDTH}, sae.encoder().getShape().getShape());
            return sae;
        }
    }
}
