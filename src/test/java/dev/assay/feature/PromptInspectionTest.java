package dev.assay.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.feature.prompt.PromptFeature;
import dev.assay.feature.prompt.PromptMetric;
import dev.assay.feature.prompt.PromptOptions;
import dev.assay.feature.prompt.PromptRanking;
import dev.assay.feature.prompt.PromptReport;
import dev.assay.feature.prompt.PromptToken;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class PromptInspectionTest {
    private static final String TEXT = "Tom saw a big dog";

    @TempDir
    static Path folder;

    private static TinyDictionary tiny;
    private static FeatureStore store;
    private static FeatureInspector inspector;
    private static long[] prompt;

    @BeforeAll
    static void open() throws IOException {
        tiny = new TinyDictionary();
        store = FeatureCollector.of(tiny.model, tiny.sae, tiny.corpus)
                .tokens(2000)
                .collect(folder.resolve("features"));
        inspector = FeatureInspector.of(tiny.model, tiny.sae, store);
        prompt =
                IntStream.of(tiny.model.tokenizer().encode(TEXT)).asLongStream().toArray();
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    private static PromptOptions all(PromptRanking ranking) {
        return PromptOptions.by(ranking).count(TinyDictionary.LATENTS).candidates(TinyDictionary.LATENTS);
    }

    /** Returns the loss on the prompt, or a logit after it, with a fraction of the contribution of a latent subtracted. */
    private static double metric(int latent, double share, int logit) {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off();
                HookScope hooks = tiny.model
                        .hooks()
                        .edit(TinyDictionary.SITE, (x, site) -> {
                            SparseCodes codes = tiny.sae.encode(x);
                            NDArray own = codes.indices()
                                    .eq((long) latent)
                                    .toType(codes.values().getDataType(), false);
                            NDArray part = tiny.sae
                                    .decode(codes.withValues(codes.values().mul(own)), x)
                                    .sub(tiny.sae.decoderBias());
                            return x.sub(part.mul((float) share).reshape(x.getShape()));
                        })
                        .open()) {
            NDArray logits = tiny.model.forward(tiny.model.manager().create(prompt, new Shape(1, prompt.length)));
            int vocabulary = tiny.model.config().vocabularySize();
            if (logit >= 0) {
                return logits.toFloatArray()[(prompt.length - 1) * vocabulary + logit];
            }
            float[] log = logits.logSoftmax(-1).toFloatArray();
            double sum = 0;
            for (int i = 0; i + 1 < prompt.length; i++) {
                sum -= log[(int) (i * vocabulary + prompt[i + 1])];
            }
            return sum / (prompt.length - 1);
        }
    }

    @Test
    void activationsEqualTheCodesOfTheDictionary() {
        PromptReport report = inspector.prompt(prompt, all(PromptRanking.ACTIVATION));
        float[] dense;
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray tokens = tiny.model.manager().create(prompt, new Shape(1, prompt.length));
            dense = tiny.sae
                    .encode(tiny.model.runTo(TinyDictionary.SITE, tokens))
                    .dense()
                    .toFloatArray();
        }
        int active = 0;
        double before = Double.POSITIVE_INFINITY;
        for (PromptFeature feature : report.features()) {
            float largest = 0;
            for (int i = 0; i < prompt.length; i++) {
                float expected = dense[i * TinyDictionary.LATENTS + feature.latent()];
                assertEquals(expected, feature.activations().get(i), 1e-6f);
                largest = Math.max(largest, expected);
            }
            assertEquals(largest, feature.activation(), 1e-6f);
            assertEquals(store.share(feature.latent(), feature.activation()), feature.quantile());
            assertTrue(feature.activation() <= before);
            before = feature.activation();
            active++;
        }
        assertEquals(active, report.active());
        for (PromptToken token : report.tokens()) {
            assertTrue(token.features().size() <= 6 && !token.features().isEmpty());
        }
        assertEquals(
                TEXT,
                String.join("", report.tokens().stream().map(PromptToken::token).toList()));
    }

    @Test
    void rankingByQuantileIsDescending() {
        List<Double> quantiles = inspector.prompt(prompt, all(PromptRanking.QUANTILE)).features().stream()
                .map(PromptFeature::quantile)
                .toList();
        List<Double> sorted = new ArrayList<>(quantiles);
        sorted.sort((a, b) -> Double.compare(b, a));
        assertEquals(sorted, quantiles);
    }

    @Test
    void attributionsEqualNumericalSlopesOfTheMetric() {
        int target = tiny.model.tokenizer().encode(" dog")[0];
        String token = tiny.model.tokenizer().token(target);
        PromptOptions onLogit = all(PromptRanking.ATTRIBUTION).on(PromptMetric.logit(token));
        check(inspector.prompt(prompt, all(PromptRanking.ATTRIBUTION)), -1);
        check(inspector.prompt(prompt, onLogit), target);
    }

    private static void check(PromptReport report, int logit) {
        double largest = 0;
        for (PromptFeature feature : report.features()) {
            double step = 0.005;
            // The attribution is −d metric / d share, with share the subtracted fraction of the contribution.
            double slope =
                    (metric(feature.latent(), -step, logit) - metric(feature.latent(), step, logit)) / (2 * step);
            assertEquals(slope, feature.attribution(), 0.01 * Math.max(0.1, Math.abs(slope)));
            assertTrue(Double.isNaN(feature.effect()));
            largest = Math.max(largest, Math.abs(slope));
        }
        assertTrue(largest > 0.01, "slopes up to " + largest);
        assertEquals(metric(0, 0, logit), report.metric().orElseThrow(), 1e-5);
        double sum = 0;
        for (PromptToken token : report.tokens()) {
            for (PromptToken.Active active : token.features()) {
                sum += active.attribution();
            }
        }
        assertEquals(
                report.features().stream()
                        .mapToDouble(PromptFeature::attribution)
                        .sum(),
                sum,
                1e-4);
    }

    @Test
    void effectsEqualRunsWithTheFeatureAblated() {
        PromptReport report = inspector.prompt(prompt, all(PromptRanking.EFFECT));
        double before = Double.POSITIVE_INFINITY;
        for (PromptFeature feature : report.features()) {
            assertEquals(metric(feature.latent(), 1, -1) - metric(0, 0, -1), feature.effect(), 1e-5);
            assertTrue(Math.abs(feature.effect()) <= before);
            before = Math.abs(feature.effect());
        }
        assertEquals(report.active(), report.ablated().orElseThrow());
        PromptReport few = inspector.prompt(
                prompt, PromptOptions.by(PromptRanking.EFFECT).candidates(3).count(2));
        assertEquals(3, few.ablated().orElseThrow());
        assertEquals(2, few.features().size());
        assertTrue(few.toText().contains("computed for the 3 of the largest attributions"));
    }

    @Test
    void reportsAsTextAndEscapedHtml() {
        FeatureInspector labelled = inspector.labels(
                Map.of(inspector.prompt(prompt).features().get(0).latent(), List.of("a <b>bold</b> label")));
        PromptReport report = labelled.prompt(prompt, PromptOptions.by(PromptRanking.EFFECT));
        String html = report.toHtml();
        assertTrue(html.startsWith("<div class=\"assay-output\">") && html.endsWith("</div>"));
        assertFalse(html.contains("<b>bold") || html.contains("<script") || html.contains(" id="));
        assertTrue(html.contains("ranked by the effect of ablation"));
        assertTrue(report.toText().lines().count() > 10 + prompt.length);
        assertTrue(html.contains(">attribution</th>") && html.contains(">effect</th>"));
        String plain = labelled.prompt(prompt).toHtml();
        assertFalse(plain.contains(">attribution</th>") || plain.contains(">effect</th>"));

        assertTrue(labelled.prompt(prompt).toText().contains("a <b>bold</b> label"));
    }

    @Test
    void rejectsUnusablePrompts() {
        assertRejected("the prompt is empty", () -> inspector.prompt(""));
        assertRejected("the prompt has no tokens", () -> inspector.prompt(new long[0]));
        long[] longer = new long[tiny.model.config().contextLength() + 1];
        assertRejected(
                "the prompt has " + longer.length + " tokens, expected at most the model's context length, "
                        + (longer.length - 1),
                () -> inspector.prompt(longer));
        assertRejected("token id 99999 is not in the model's vocabulary", () -> inspector.prompt(new long[] {99_999}));
        assertRejected(
                "expected at least 2",
                () -> inspector.prompt(new long[] {prompt[0]}, PromptOptions.by(PromptRanking.ATTRIBUTION)));
        assertRejected(
                "expected one",
                () -> inspector.prompt(
                        prompt, PromptOptions.by(PromptRanking.EFFECT).on(PromptMetric.logit("xylophone quartet"))));
        assertRejected(
                "expected at least 1",
                () -> PromptOptions.by(PromptRanking.EFFECT).count(0));
    }

    private static void assertRejected(String part, Executable call) {
        String message = assertThrows(InvalidInputException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }
}
