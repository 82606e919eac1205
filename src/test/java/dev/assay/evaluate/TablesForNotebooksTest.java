package dev.assay.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.Fragments;
import dev.assay.evaluate.similarity.DictionarySimilarity;
import dev.assay.evaluate.sweep.SweepRow;
import dev.assay.evaluate.sweep.SweepTable;
import dev.assay.toy.ToyFigure;
import dev.assay.toy.ToyMember;
import dev.assay.toy.ToyReport;
import dev.assay.toy.ToyResult;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class TablesForNotebooksTest {
    private static final EvaluationReport REPORT = new EvaluationReport(
            20_480,
            0.99018,
            0.0961771,
            0.99564,
            0.98,
            0.97,
            24,
            61.3,
            0.064,
            losses(0.9095, 0.911, 8.7728, 8.4249),
            0.00213);

    private static EvaluationReport.CrossEntropy losses(double clean, double reconstructed, double mean, double zero) {
        return new EvaluationReport.CrossEntropy(
                clean, reconstructed, new AblationLoss(mean, 0.01), new AblationLoss(zero, 0.01), Math.log(512));
    }

    @Test
    void reportNamesEachMetric() {
        Element root = Fragments.check(REPORT);
        List<List<String>> rows = Fragments.cells(root);
        assertEquals(
                "Evaluation on 20,480 held-out tokens",
                Fragments.elements(root, "caption").get(0).getTextContent());
        assertEquals(
                REPORT.asMap().size(), rows.size(), "a row a figure and one of titles; the tokens are in the caption");
        assertEquals("0.9902", value(rows, "explained variance"));
        assertEquals("6.40 %", value(rows, "dead latents"));
        assertEquals("0.9110", value(rows, "… reconstructed"));
        assertEquals("0.9998", value(rows, "loss recovered"));
    }

    private static String value(List<List<String>> rows, String name) {
        return rows.stream()
                .filter(row -> row.get(0).equals(name))
                .findFirst()
                .orElseThrow()
                .get(1);
    }

    @Test
    void tableHasARowPerDictionary() {
        Element root = Fragments.check(new EvaluationTable(REPORT, Map.of("PCA <24>", REPORT)));
        assertEquals(
                List.of("PCA <24>", "0.9902", "24.00", "6.40 %", "0.9110", "0.9998", "0.0021"),
                Fragments.cells(root).get(2));
        assertTrue(Fragments.elements(root, "p")
                .get(0)
                .getTextContent()
                .endsWith("cross-entropy of the unmodified model: 0.9095."));
    }

    @Test
    void sweepShowsMetricsAndStoppedMembers() {
        SweepRow good = new SweepRow(
                "k16", "topk", List.of("a"), null, 1024, 16.0, 0.9, 1.25, 0.95, null, null, 0.125, 4096L, 3.21, null);
        SweepRow bad = new SweepRow(
                "k32",
                "topk",
                List.of("a"),
                null,
                1024,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                1,
                "the loss is not a number");
        Element root = Fragments.check(new SweepTable(List.of(good, bad)));
        List<List<String>> rows = Fragments.cells(root);
        assertEquals(
                List.of("k16", "topk", "1,024", "16.0", "0.9000", "1.2500", "0.9500", "12.5 %", "3.2"), rows.get(1));
        assertEquals(List.of("k32", "topk", "1,024", "", "", "", "", "", "1.0"), rows.get(2));
        assertEquals(
                "k32 stopped: the loss is not a number",
                Fragments.elements(root, "p").get(0).getTextContent());
        assertEquals("dead on 4,096 tokens", rows.get(0).get(7));
        Element without = Fragments.check(new SweepTable(List.of(
                new SweepRow("r", null, List.of("a"), null, 8, 1.0, 0.5, null, null, null, null, 0.0, null, 2, null))));
        assertEquals(
                List.of("name", "d_sae", "L0", "explained variance", "dead", "seconds"),
                Fragments.cells(without).get(0));
    }

    @Test
    void similarityHasChanceLevels() {
        DictionarySimilarity similarity = new DictionarySimilarity(
                2048,
                1024,
                0.7,
                5,
                figure(0.8),
                figure(0.7),
                figure(0.81),
                figure(0.71),
                figure(0.6),
                figure(0.4),
                new int[] {1},
                new int[] {2},
                new double[] {0.9});
        List<List<String>> rows = Fragments.cells(Fragments.check(similarity));
        assertEquals(similarity.figures().size() + 1, rows.size());
        assertEquals(List.of("MMCS, of a in b", "0.8000", "0.2500", "0.0100"), rows.get(1));
        assertEquals("share of pairs from a cosine of 0.70", rows.get(6).get(0));
    }

    private static DictionarySimilarity.Figure figure(double value) {
        return new DictionarySimilarity.Figure(value, 0.25, 0.01);
    }

    @Test
    void toyReportHasAMapPerMetricAndATable() {
        Element root = Fragments.check(new ToyReport(
                "a model",
                1000,
                10,
                2,
                List.of(result(ToyMember.cell(8, 0.5), 0.1), result(ToyMember.cell(8, 2), 0.7)),
                List.of(result(ToyMember.architectures(2, 32).get(0), 0.4))));
        List<List<String>> rows = Fragments.cells(root);
        assertEquals(9, Fragments.elements(root, "table").size());
        assertEquals(List.of("latents", "λ 0.5", "λ 2"), rows.get(0));
        assertEquals(List.of("8", "0.150 ± 0.071", "0.750 ± 0.071"), rows.get(1));
        assertEquals("standard L1", rows.get(rows.size() - 1).get(0));
        assertTrue(Fragments.elements(root, "p").get(0).getTextContent().endsWith("over 2 seeds."));
    }

    @Test
    void oneSeedHasNoStandardDeviation() {
        ToyResult one = new ToyResult(ToyMember.cell(8, 0.5), List.of(figures(0.1)));
        ToyReport report = new ToyReport("a model", 1000, 10, 1, List.of(one), List.of(one));
        assertTrue(report.toText().startsWith("a model; 1,000 rows in batches of 10; one seed\n"), report.toText());
        assertFalse(report.toText().contains("±"), report.toText());
        assertEquals(
                List.of("8", "0.100"), Fragments.cells(Fragments.check(report)).get(1));
    }

    private static ToyResult result(ToyMember member, double value) {
        return new ToyResult(member, List.of(figures(value), figures(value + 0.1)));
    }

    private static Map<ToyFigure, Double> figures(double value) {
        Map<ToyFigure, Double> figures = new EnumMap<>(ToyFigure.class);
        for (ToyFigure figure : ToyFigure.values()) {
            figures.put(figure, value);
        }
        return figures;
    }
}
