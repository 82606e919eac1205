package dev.assay.feature.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.feature.FeatureJson;
import dev.assay.feature.store.Histogram;
import dev.assay.feature.store.Reports;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FeatureExplanationTest {
    private static final FeatureExplanation EXPLANATION = new FeatureExplanation(
            "verbs of <cooking>", "llm (m)", List.of(new FeatureExplanation.Score("f1", "detection by m", 0.75)));

    private static FeatureReport report() {
        FeatureReport plain = Reports.of(
                7, Reports.stats(1000, 10, 8, 2.5), new Histogram(0, 1, List.of(10L)), List.of(), List.of(), List.of());
        return plain.withExplanations(List.of(EXPLANATION));
    }

    @Test
    void reportShowsTextOriginAndScores() {
        String text = report().toText();
        assertTrue(text.contains("  verbs of <cooking>\n    llm (m): f1 0.750 (detection by m)\n"), text);
        String html = report().toHtml();
        assertTrue(
                html.contains("<li>verbs of &lt;cooking&gt;<small>llm (m): f1 0.750 (detection by m)</small></li>"),
                html);
        assertFalse(report().withExplanations(List.of()).toHtml().contains("class=\"explanations\""));
    }

    @Test
    void jsonHasTextOriginAndScores() {
        assertEquals(
                "[{\"text\":\"verbs of <cooking>\",\"by\":\"llm (m)\",\"scores\":[{\"metric\":\"f1\",\"judge\":\"detection by m\",\"value\":0.75}]}]",
                FeatureJson.of(report()).get("explanations").toString());
    }

    @Test
    void namesJoinExplanationsAndRejectALatentOutOfRange() {
        FeatureNames names = FeatureNames.of(latent -> List.of())
                .explained(Map.of(1, List.of(EXPLANATION)), 2)
                .explained(Map.of(1, List.of(EXPLANATION, new FeatureExplanation("other", "x", List.of()))), 2);
        assertEquals(2, names.explanations(1).size());
        assertEquals(List.of(), names.explanations(0));
        assertThrows(InvalidInputException.class, () -> names.explained(Map.of(2, List.of(EXPLANATION)), 2));
    }
}
