package dev.assay.feature.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.intervene.Intervention;
import dev.assay.intervene.InterventionResult;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class CaseStudyTest {
    private static final int LATENTS = 64;

    @TempDir
    private static Path folder;

    private static HookedTransformer model;
    private static final List<SparseAutoencoder> DICTIONARIES = new ArrayList<>();
    private static final List<StudiedDictionary> LAYERS = new ArrayList<>();
    private static int latent;

    @BeforeAll
    static void collect() throws IOException {
        model = HookedTransformer.load("assay/stories");
        for (int layer = 0; layer < 2; layer++) {
            SparseAutoencoder sae = dictionary(HookPoint.residPost(layer), layer);
            DICTIONARIES.add(sae);
            FeatureStore store = FeatureCollector.of(
                            model,
                            sae,
                            Corpus.of(model.tokenizer(), StoryCorpus.of(3, 40))
                                    .contextLength(64)
                                    .build())
                    .tokens(1500)
                    .collect(folder.resolve("store" + layer));
            LAYERS.add(new StudiedDictionary(
                    AttachedDictionary.of(model, sae),
                    store.withTexts(model.tokenizer()),
                    "layer" + layer + "/page.html"));
        }
        FeatureStore last = LAYERS.get(1).store();
        latent = IntStream.range(0, LATENTS)
                .boxed()
                .max(Comparator.comparingDouble(last::maxActivation))
                .orElseThrow();
    }

    @AfterAll
    static void close() {
        DICTIONARIES.forEach(SparseAutoencoder::close);
        model.close();
    }

    private static SparseAutoencoder dictionary(HookPoint point, long seed) {
        try (Scope scope = Scope.open()) {
            NDManager manager = model.manager();
            NDArray rows = Weights.randomDirections(manager, LATENTS, 128, seed);
            return SparseAutoencoder.builder()
                    .architecture(TopK.of(6))
                    .weights(new Weights(rows, manager.zeros(new Shape(LATENTS)), rows, manager.zeros(new Shape(128))))
                    .metadata(SaeMetadata.builder().hookName(point.name()).build())
                    .build();
        }
    }

    private static CaseStudy.Options options() {
        return CaseStudy.options(LAYERS)
                .contexts(2)
                .contextLength(12)
                .branches(2)
                .candidates(16);
    }

    @Test
    void histogramCountsEveryActivationOnceInItsRange() {
        FeatureStore store = LAYERS.get(1).store();
        TokenHistogram histogram = TokenHistogram.of(store, latent, 5, 1000);
        FeatureActivations activations = store.activations(latent);
        assertEquals(5, histogram.bins().size());
        assertEquals(
                activations.size(),
                histogram.bins().stream().mapToLong(TokenHistogram.Bin::tokens).sum());
        for (TokenHistogram.Bin bin : histogram.bins()) {
            long expected = IntStream.range(0, activations.size())
                    .filter(i -> activations.value(i) > bin.low() + 1e-6 && activations.value(i) <= bin.high() + 1e-6)
                    .count();
            assertEquals(expected, bin.tokens(), 1, "rounding at the ends of a range");
            assertEquals(bin.distinct(), bin.most().size());
            assertEquals(
                    bin.tokens(),
                    bin.most().stream()
                            .mapToLong(TokenHistogram.TokenCount::count)
                            .sum());
        }
        assertTrue(histogram.bins().get(4).tokens() >= 1, "the maximum is in the last range");
        assertEquals(
                2, TokenHistogram.of(store, latent, 1, 2).bins().get(0).most().size());
        assertThrows(InvalidInputException.class, () -> TokenHistogram.of(store, latent, 0, 2));
    }

    @Test
    void ablationMovesLogitsAsTheAblatingInterventionDoes() {
        List<int[]> contexts = options().texts(1, latent);
        int[] context = contexts.get(0);
        AttachedDictionary attached = LAYERS.get(1).attached();
        AblationLogits moved = AblationLogits.of(attached, latent, contexts.subList(0, 1), 5);
        assertTrue(moved.tokens() >= 1);
        assertEquals(5, moved.lowered().size());
        assertTrue(moved.lowered().get(0).change() < 0 && moved.raised().get(0).change() > 0);
        assertTrue(moved.lowered().get(0).change() <= moved.lowered().get(1).change());
        try (Scope scope = Scope.open();
                InterventionResult result = Intervention.of(model, DICTIONARIES.get(1))
                        .ablate(latent)
                        .run(context)) {
            float[] codes = codes(context);
            double[] sums = new double[2];
            for (int position = 0; position < context.length; position++) {
                if (codes[position] > 0) {
                    sums[0] += result.shift(position, moved.lowered().get(0).token())
                                    .editedLogit()
                            - result.shift(position, moved.lowered().get(0).token())
                                    .baselineLogit();
                    sums[1] += result.divergences().get(position);
                }
            }
            assertEquals(sums[0] / moved.tokens(), moved.lowered().get(0).change(), 1e-4);
            assertEquals(sums[1] / moved.tokens(), moved.divergence(), 1e-5);
        }
    }

    private static float[] codes(int... context) {
        long[] ids = IntStream.of(context).asLongStream().toArray();
        NDArray x = model.runTo(HookPoint.residPost(1), model.manager().create(ids, new Shape(1, context.length)));
        return DICTIONARIES.get(1).encode(x).dense().get(":, {}", latent).toFloatArray();
    }

    @Test
    void studyIsWrittenWithLinksToThePagesOfFeatures(@TempDir Path target) throws Exception {
        CaseStudy study = options().feature(1, latent);
        assertEquals(latent, study.tree().root().latent());
        assertEquals(2, study.tree().root().children().size());
        int cause = study.tree().root().children().get(0).latent();
        Path page = target.resolve("study.html");
        study.write(page);
        String html = Files.readString(page);
        assertTrue(html.contains("href=\"layer0/page.html#feature-" + cause + "\""), html);
        assertTrue(html.contains("href=\"layer1/page.html#feature-" + latent + "\""), html);
        Path svg = Files.writeString(target.resolve("tree.svg"), study.drawing().toSvg());
        assertEquals(
                "svg",
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(svg.toFile())
                        .getDocumentElement()
                        .getTagName());
        assertTrue(study.drawing().toPicture().image().getWidth() > 300);
        assertTrue(study.toText().contains("Causes in earlier layers"), study.toText());
        assertEquals(cause, study.toJson().at("/tree/root/children/0/latent").asInt());
    }

    @Test
    void wrongInputIsOneSentence() {
        assertThrows(InvalidInputException.class, () -> options().feature(2, latent));
        assertThrows(InvalidInputException.class, () -> options().feature(1, LATENTS));
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> options().contextLength(60000).feature(1, latent))
                .getMessage();
        assertTrue(message.contains("has no activation with 59999 tokens before it"), message);
        assertFalse(message.contains("\n"));
    }
}
