package dev.assay.audit.contrast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.measure.EffectSize;
import dev.assay.audit.measure.PermutationTest;
import dev.assay.audit.measure.Samples;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Documents;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContrastTest {
    private static final int PLANTED = 31;
    private static final PermutationTest TEST = new PermutationTest(1999, 20_000, 1);

    /** Adds a direction to the first half of the documents. */
    private static double[][] planted(int documents, double strength, long seed) {
        double[][] rows = Samples.normal(documents, 80, 0.4, seed);
        for (int row = 0; row < documents / 2; row++) {
            rows[row][PLANTED] += strength;
        }
        return rows;
    }

    @Test
    void plantedFeatureIsFirst() {
        double[][] rows = planted(50, 1.6, 1);
        ContrastReport report = Contrast.of(
                        AuditSample.of(Documents.plain(50)).with("m", DocumentMatrix.of(rows)), "a", "b")
                .test(TEST)
                .run("m");
        FeatureContrast first = report.features().get(0);
        assertEquals(PLANTED, first.feature());
        assertTrue(first.pValue() < 0.001 && first.familyPValue() < 0.001 && first.qValue() < 0.05);
        assertEquals(List.of(first), report.familyDiscoveries(0.05));
        assertFalse(report.paired());
        double[] a =
                IntStream.range(0, 25).mapToDouble(row -> rows[row][PLANTED]).toArray();
        double[] b =
                IntStream.range(25, 50).mapToDouble(row -> rows[row][PLANTED]).toArray();
        assertEquals(EffectSize.cohensD(a, b), first.effect(), 1e-12);
        assertEquals(EffectSize.auroc(a, b), first.auroc(), 1e-12);
        assertEquals(EffectSize.auroc(b, a), 1 - first.auroc(), 1e-12);
        assertTrue(first.difference() > 0);
        assertEquals(1, report.rank(PLANTED));
        assertEquals(List.of(), report.warnings());
    }

    /** Pairs differ much from each other, so that only differences within pairs show the planted feature. */
    @Test
    void pairsFindWhatSingleDocumentsDoNot() {
        int pairs = 20;
        double[][] rows = planted(2 * pairs, 1.2, 2);
        double[] ofPairs = Samples.normal(pairs, 1, 0, 7)[0];
        for (int row = 0; row < 2 * pairs; row++) {
            double shared = 8 * Math.sin(row % pairs) + ofPairs[0];
            for (int column = 0; column < 80; column++) {
                rows[row][column] += shared;
            }
        }
        AuditSample sample = AuditSample.of(Documents.paired(pairs)).with("m", DocumentMatrix.of(rows));
        ContrastReport paired = Contrast.of(sample, "a", "b").test(TEST).run("m");
        assertEquals(pairs, paired.pairs());
        assertEquals(PLANTED, paired.features().get(0).feature());
        assertTrue(paired.features().get(0).pValue() < 0.001);
        List<LabelledDialogue> single = sample.documents().stream()
                .map(document -> new LabelledDialogue(document.id(), document.label(), document.dialogue()))
                .toList();
        ContrastReport alone = Contrast.of(AuditSample.of(single).with("m", DocumentMatrix.of(rows)), "a", "b")
                .test(TEST)
                .run("m");
        assertEquals(List.of(), alone.familyDiscoveries(0.05));
    }

    @Test
    void orderOfPairsDoesNotMatter() {
        double[][] rows = planted(40, 1.2, 2);
        AuditSample sample = AuditSample.of(Documents.paired(20)).with("m", DocumentMatrix.of(rows));
        int[] order = IntStream.range(0, 40)
                .boxed()
                .sorted(Comparator.comparingInt(row -> row * 17 % 41))
                .mapToInt(Integer::intValue)
                .toArray();
        FeatureContrast first =
                Contrast.of(sample, "a", "b").test(TEST).run("m").features().get(0);
        FeatureContrast reordered = Contrast.of(sample.select(order), "a", "b")
                .test(TEST)
                .run("m")
                .features()
                .get(0);
        assertEquals(first.feature(), reordered.feature());
        assertEquals(first.effect(), reordered.effect(), 1e-12);
    }

    @Test
    void swappedLabelsChangeSigns() {
        AuditSample sample = AuditSample.of(Documents.plain(30)).with("m", DocumentMatrix.of(planted(30, 1, 3)));
        FeatureContrast one =
                Contrast.of(sample, "a", "b").test(TEST).run("m").features().get(0);
        FeatureContrast other =
                Contrast.of(sample, "b", "a").test(TEST).run("m").features().get(0);
        assertEquals(one.feature(), other.feature());
        assertEquals(-one.effect(), other.effect(), 1e-12);
        assertEquals(1 - one.auroc(), other.auroc(), 1e-12);
    }

    @Test
    void otherLabelsAreLeftOut() {
        List<LabelledDialogue> documents = new ArrayList<>(Documents.plain(30));
        for (int i = 0; i < 5; i++) {
            documents.add(new LabelledDialogue("c" + i, "c", Dialogue.document("x")));
        }
        double[][] rows = planted(30, 1, 3);
        double[][] more = IntStream.range(0, 35)
                .mapToObj(i -> i < 30 ? rows[i] : new double[80])
                .toArray(double[][]::new);
        ContrastReport all = Contrast.of(AuditSample.of(documents).with("m", DocumentMatrix.of(more)), "a", "b")
                .test(TEST)
                .run("m");
        ContrastReport two = Contrast.of(
                        AuditSample.of(Documents.plain(30)).with("m", DocumentMatrix.of(rows)), "a", "b")
                .test(TEST)
                .run("m");
        assertEquals(two.features(), all.features());
    }

    @Test
    void fewUnitsAndManyFeaturesAreReported() {
        AuditSample sample = AuditSample.of(Documents.plain(8)).with("m", DocumentMatrix.of(planted(8, 1, 3)));
        ContrastReport report = Contrast.of(sample, "a", "b")
                .test(new PermutationTest(199, 199, 0))
                .run("m");
        assertEquals(2, report.warnings().size(), () -> report.warnings().toString());
        assertTrue(report.toString().contains("4 and 4 documents"));
        assertTrue(report.toHtml().contains("Warning"));
    }

    @Test
    void rejectsIncompletePairs() {
        AuditSample sample = AuditSample.of(Documents.paired(4)).with("m", DocumentMatrix.of(new double[8][2]));
        assertEquals(
                "the pair \"p3\" of the document \"d3\" has no document with the label \"b\", expected one of each label",
                assertThrows(
                                InvalidInputException.class,
                                () -> Contrast.of(sample.select(0, 1, 2, 3, 4, 5, 6), "a", "b")
                                        .run("m"))
                        .getMessage());
        assertEquals(
                "the pair \"p3\" has no document with the label \"a\", expected one of each label",
                assertThrows(
                                InvalidInputException.class,
                                () -> Contrast.of(sample.select(0, 1, 2, 4, 5, 6, 7), "a", "b")
                                        .run("m"))
                        .getMessage());
        AuditSample unpaired = AuditSample.of(Documents.plain(8)).with("m", DocumentMatrix.of(new double[8][2]));
        assertEquals(
                "the document \"d4\" has no pair, expected one for a paired contrast",
                assertThrows(
                                InvalidInputException.class,
                                () -> Contrast.of(unpaired, "a", "b").paired().run("m"))
                        .getMessage());
        assertThrows(
                InvalidInputException.class,
                () -> Contrast.of(unpaired, "a", "b").run("n"));
    }
}
