package dev.assay.intervene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.Fragments;
import dev.assay.InvalidInputException;
import dev.assay.attach.TokenTexts;
import dev.assay.intervene.attribute.Attribution;
import dev.assay.intervene.attribute.AttributionReport;
import dev.assay.intervene.attribute.Metric;
import dev.assay.model.HookedTransformer;
import dev.assay.model.Sampling;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Interventions on text, and the text, HTML and JSON of their results. */
@Tag("slow")
class StoryInterventionTest {
    private static final String PROMPT = "In winter, Leo often played in the forest.";

    private static HookedTransformer model;
    private static SparseAutoencoder sae;

    @BeforeAll
    static void open() throws IOException {
        model = HookedTransformer.load("assay/stories");
        sae = dictionary(false);
    }

    private static SparseAutoencoder dictionary(boolean special) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            return SparseAutoencoder.builder()
                    .architecture(TopK.of(8))
                    .weights(new Weights(
                            Weights.randomDirections(manager, 64, 128, 1),
                            manager.zeros(new Shape(64)),
                            Weights.randomDirections(manager, 64, 128, 2),
                            manager.zeros(new Shape(128))))
                    .metadata(SaeMetadata.builder()
                            .hookName("blocks.1.hook_resid_post")
                            .prependBos(special)
                            .put("exclude_special_tokens", special)
                            .build())
                    .build();
        }
    }

    @AfterAll
    static void close() {
        sae.close();
        model.close();
    }

    @Test
    void bothContinuationsUseTheSameRandomNumbers() {
        Sampling sampling = Sampling.random(7);
        Intervention nothing = Intervention.of(model, sae).steer(3, 0);
        int[] prompt = model.tokenizer().encode(PROMPT);
        int[] plain = model.generate(prompt, 12, sampling);
        String expected = model.tokenizer().decode(Arrays.copyOfRange(plain, prompt.length, plain.length));

        Continuation unchanged = nothing.generate(PROMPT, 12, sampling);
        assertEquals(expected, unchanged.baseline());
        assertEquals(expected, unchanged.edited());
        Continuation steered = nothing.steer(3, 60).generate(PROMPT, 12, sampling);
        assertEquals(expected, steered.baseline());
        assertNotEquals(expected, steered.edited());
        // The run has removed its edits.
        assertEquals(expected, nothing.generate(PROMPT, 12, sampling).baseline());
    }

    @Test
    void doseRowsEqualSeparateRuns() {
        DoseTable table = Intervention.of(model, sae)
                .ablate(5)
                .steer(3, 1)
                .doseResponse(0, 30)
                .watch(" He", " She")
                .continuing(4, Sampling.greedy())
                .run(PROMPT);
        assertEquals(2, table.rows().size());
        int he = TokenTexts.single(model, " He");
        for (DoseTable.Row row : table.rows()) {
            Intervention edits = Intervention.of(model, sae).ablate(5).steer(3, row.dose());
            try (InterventionResult result = edits.run(PROMPT)) {
                TokenShift shift = result.shift(result.tokens().size() - 1, he);
                assertEquals(result.editedLoss(), row.loss());
                assertEquals(result.meanDivergence(), row.divergence());
                assertEquals(shift.editedLogit(), row.tokens().get(0).logit());
                assertEquals(shift.editedProbability(), row.tokens().get(0).probability());
                assertEquals(
                        shift.baselineLogit(), table.baseline().tokens().get(0).logit());
                assertEquals(result.baselineLoss(), table.baseline().loss());
            }
            assertEquals(edits.generate(PROMPT, 4, Sampling.greedy()).edited(), row.text());
        }
        assertEquals(" She", table.rows().get(1).tokens().get(1).token());
        assertTrue(table.toText().contains("p( He)"), table.toText());
        assertTrue(table.toJson().get("baseline").get("dose").isNull());
        assertEquals(30, table.toJson().get("doses").get(1).get("dose").asDouble());
    }

    @Test
    void prependsBosAccordingToTheMetadata() {
        try (SparseAutoencoder withStart = dictionary(true);
                InterventionResult withBos =
                        Intervention.of(model, withStart).steer(1, 5).run(PROMPT);
                InterventionResult plain =
                        Intervention.of(model, sae).steer(1, 5).run(PROMPT)) {
            assertEquals(plain.tokens().size() + 1, withBos.tokens().size());
            assertEquals(
                    plain.tokens(), withBos.tokens().subList(1, withBos.tokens().size()));
            // Special tokens are not edited: the dictionary was not trained on them.
            assertEquals(0, withBos.changes().get(0).norms().get(0));
            assertEquals(5, withBos.changes().get(0).norms().get(1), 1e-4);
            AttributionReport report =
                    Attribution.of(model, withStart).metric(Metric.logit(-1, 9)).gradient(PROMPT);
            assertEquals(0, report.sites().get(0).errors().get(0));
            assertTrue(report.sites().get(0).nodes().stream().allMatch(node -> node.position() > 0));
        }
    }

    @Test
    void escapesMarkupInTokens() throws Exception {
        String prompt = "</script><img onerror=alert(1)> & Leo\n";
        Attribution attribution =
                Attribution.of(model, sae).metric(Metric.logit(-1, 9).named("<b>"));
        AttributionReport report = attribution.gradient(prompt);
        Intervention edits = Intervention.of(model, sae).steer(3, 40);
        try (InterventionResult result = edits.run(prompt)) {
            for (String html : List.of(
                    result.toHtml(),
                    edits.generate(prompt, 3, Sampling.greedy()).toHtml(),
                    edits.doseResponse(1, 2).watch(" He").run(prompt).toHtml(),
                    report.toHtml(),
                    attribution.exact(report, 4).toHtml())) {
                assertFalse(html.contains("<img") || html.contains("<script") || html.contains("<b>"), html);
                Fragments.check(html);
            }
            assertFalse(result.toText().contains("\u001b"));
            assertEquals(
                    result.tokens().size(),
                    result.toJson().get("kl_divergences").size());
            assertEquals(
                    report.sites().get(0).nodes().size(),
                    report.toJson().get("sites").get(0).get("nodes").size());
        }
    }

    @Test
    void rejectsAWatchedTextOfSeveralTokens() {
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> Intervention.of(model, sae)
                                .steer(1, 1)
                                .doseResponse(1)
                                .watch("zebra zebra"))
                .getMessage();
        assertTrue(
                message.startsWith("\"zebra zebra\" is ") && message.contains("expected the text of a single token"),
                message);
        assertEquals(
                "the prompt is empty, expected some text",
                assertThrows(
                                InvalidInputException.class,
                                () -> Intervention.of(model, sae).ablate(1).run(""))
                        .getMessage());
    }
}
