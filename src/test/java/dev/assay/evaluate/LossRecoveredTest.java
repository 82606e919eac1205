package dev.assay.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.Fragments;
import dev.assay.evaluate.sweep.SweepRow;
import dev.assay.evaluate.sweep.SweepTable;
import dev.assay.io.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class LossRecoveredTest {
    private static final double UNIFORM = Math.log(512);

    private static EvaluationReport report(double clean, double reconstructed, AblationLoss mean) {
        return new EvaluationReport(
                1000,
                0.9,
                0.1,
                0.95,
                1,
                1,
                8,
                20,
                0.5,
                new EvaluationReport.CrossEntropy(clean, reconstructed, mean, new AblationLoss(7, 0.01), UNIFORM),
                0.01);
    }

    @Test
    void isTheQuotientIfTheAblationRaisesTheLoss() {
        EvaluationReport report = report(2, 2.5, new AblationLoss(4, 0.9));
        assertEquals(0.75, report.lossRecoveredFromMean().orNaN(), 1e-12);
        assertEquals("", report.lossRecoveredFromMean().reason());
        assertEquals(0.75, report.asMap().get("loss_recovered_mean_ablation"), 1e-12);
        assertEquals(List.of(), report.remarks());
        assertFalse(report.toJson().containsKey("withheld"));
        assertFalse(report.toText().contains("note"));
    }

    @Test
    void isWithheldIfTheAblationLowersTheLoss() {
        check(
                report(2, 2.5, new AblationLoss(1.9, 0.01)),
                "mean ablation does not raise the cross-entropy (1.9000, clean 2.0000)");
        check(
                report(2, 2.5, new AblationLoss(2, 0)),
                "mean ablation does not raise the cross-entropy (2.0000, clean 2.0000)");
    }

    @Test
    void isWithheldIfTheRiseIsWithinNoise() {
        check(
                report(2, 2.5, new AblationLoss(2.1, 0.06)),
                "the rise of the cross-entropy by mean ablation is within noise (0.10 nats, standard error 0.060)");
        check(
                report(2, 2.5, new AblationLoss(2.1, Double.NaN)),
                "the rise of the cross-entropy by mean ablation is within noise (0.10 nats, standard error unknown from one"
                        + " prediction)");
        assertEquals(
                0.5,
                report(2, 2.05, new AblationLoss(2.1, 0.049))
                        .lossRecoveredFromMean()
                        .orNaN(),
                1e-9);
    }

    @Test
    void isWithheldIfALossIsNotFinite() {
        check(report(2, Double.NaN, new AblationLoss(4, 0.1)), "a cross-entropy is not finite");
        check(report(2, 2.5, new AblationLoss(Double.POSITIVE_INFINITY, 0.1)), "a cross-entropy is not finite");
    }

    private static void check(EvaluationReport report, String reason) {
        assertEquals(new LossRecovered.Withheld(reason), report.lossRecoveredFromMean());
        assertTrue(Double.isNaN(report.lossRecoveredFromMean().orNaN()));
        assertFalse(report.asMap().containsKey("loss_recovered_mean_ablation"));
        assertTrue(report.asMap().values().stream().allMatch(Double::isFinite));
        JsonNode json = Json.mapper().valueToTree(report.toJson());
        assertEquals(reason, json.at("/withheld/loss_recovered_mean_ablation").asText());
        String remark = "loss recovered mean ablation is withheld: " + reason;
        assertTrue(json.path("remarks").toString().contains(remark));
        assertTrue(report.toText().contains("loss recovered       – of mean ablation"), report.toText());
        assertTrue(report.toText().contains("note: " + remark + "\n"), report.toText());
        assertFalse(report.toText().contains("NaN") || report.toText().contains("Infinity"), report.toText());
        Element page = Fragments.check(report);
        assertTrue(page.getTextContent().contains(remark + "."));
    }

    @Test
    void aShareAboveOneIsMarked() {
        EvaluationReport report = report(2, 1.9, new AblationLoss(4, 0.1));
        assertEquals("1.0500 (above 1)", report.lossRecoveredFromMean().toString());
        assertTrue(report.toText().contains("loss recovered       1.0500 (> 1) of mean ablation"), report.toText());
        assertTrue(report.remarks().get(0).startsWith("loss recovered is above 1: "));
        assertFalse(new LossRecovered.Measured(1.00004).isAboveOne());
        assertTrue(new LossRecovered.Measured(1.00006).isAboveOne());
        EvaluationReport usual = report(2, 2.1, new AblationLoss(4, 0.1));
        EvaluationTable table = new EvaluationTable(usual, Map.of("pca", report));
        assertTrue(table.toText().contains("1.0500 (> 1)"), table.toText());
        assertTrue(table.toText().contains("\nnote: pca: loss recovered is above 1: "), table.toText());
        assertTrue(Fragments.check(table).getTextContent().contains("pca: loss recovered is above 1: "));
    }

    @Test
    void aModelThatPredictsNoBetterThanUniformlyIsReported() {
        EvaluationReport report = report(UNIFORM, UNIFORM + 0.1, new AblationLoss(8, 0.1));
        assertEquals(1, report.warnings().size());
        assertTrue(report.toText()
                .contains("note: the cross-entropy of the unmodified model, 6.2383 nats, is not below 6.2383"));
        assertTrue(report(UNIFORM - 0.01, UNIFORM, new AblationLoss(8, 0.1))
                .warnings()
                .isEmpty());
        EvaluationTable table = new EvaluationTable(report, Map.of("pca", report));
        assertEquals(report.warnings(), table.remarks(), "a remark about all dictionaries occurs once");
    }

    @Test
    void sweepTableStatesTheReasonOnce() {
        SweepTable table =
                new SweepTable(List.of(row("a", null, "no rise"), row("b", null, "no rise"), row("c", 1.2, null)));
        assertTrue(table.toText().contains("\nnote: a, b: loss recovered is withheld: no rise\n"), table.toText());
        assertTrue(table.toText().contains("1.2000 (> 1)"), table.toText());
        assertTrue(table.toText().lines().findFirst().orElseThrow().contains("dead on 4,096 tokens"), table.toText());
        assertTrue(Fragments.check(table).getTextContent().contains("a, b: loss recovered is withheld: no rise."));
    }

    @Test
    void sweepRowsWithAndWithoutTheReasonAreReadFromJson() throws Exception {
        SweepRow row = row("a", null, "no rise");
        assertEquals(row, Json.mapper().treeToValue(Json.mapper().valueToTree(row), SweepRow.class));
        SweepRow earlier = Json.mapper()
                .readValue(
                        "{\"name\":\"a\",\"site\":\"s\",\"l0\":4,\"dead_share\":0.5,\"seconds\":1,\"future\":2}",
                        SweepRow.class);
        assertEquals(4, earlier.l0());
        assertEquals(null, earlier.tokens());
    }

    private static SweepRow row(String name, Double recovered, String withheld) {
        return new SweepRow(
                name, "topk", List.of("s"), null, 8, 4.0, 0.5, 2.0, recovered, withheld, null, 0.5, 4096L, 1, null);
    }
}
