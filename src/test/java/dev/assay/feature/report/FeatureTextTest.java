package dev.assay.feature.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.feature.store.Coactivation;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleGroup;
import dev.assay.feature.store.Histogram;
import dev.assay.feature.store.Reports;
import dev.assay.view.Html;
import dev.assay.view.Table;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FeatureTextTest {
    private static final FeatureReport REPORT = Reports.of(
            7,
            Reports.stats(308_500, 1234, 8, 2.5),
            new Histogram(0, 1, List.of(9L, 0L, 4L, 0L, 0L, 0L, 0L, 1L)),
            List.of(
                    new Example(List.of("a", " red", " ball", "\n"), new float[] {0, 1, 8, 0}, 2, 0, 2),
                    new Example(List.of("ball", " x".repeat(60)), new float[] {4, 0}, 0, 3, 9)),
            List.of(new TokenLogit(1, " games", 1.5)),
            List.of(new TokenLogit(2, "\u001b[31m", -0.25)));

    @Test
    void alignsExamplesAtTheirPeaks() {
        List<String> lines = REPORT.toText().lines().toList();
        List<String> examples = lines.subList(lines.size() - 2, lines.size());
        assertTrue(examples.get(0).endsWith("a red [ball]↵"), examples.get(0));
        assertTrue(examples.get(1).contains("[ball] x x") && examples.get(1).endsWith("…"), examples.get(1));
        assertEquals(examples.get(0).indexOf('['), examples.get(1).indexOf('['));
        assertTrue(lines.get(0).contains("density 0.40 %") && lines.get(0).contains("active on 1,234 tokens"));
        assertTrue(REPORT.toText().contains("█▄ ▁"), REPORT.toText());
    }

    @Test
    void replacesControlCharactersOfTokens() {
        assertFalse(REPORT.toText().contains("\u001b"));
        assertTrue(REPORT.toText().contains("␛[31m"));
    }

    @Test
    void printsAllPartsOfAReport() {
        FeatureReport full = new FeatureReport(
                7,
                REPORT.stats(),
                REPORT.histogram(),
                REPORT.topExamples(),
                List.of(new ExampleGroup(
                        ExampleGroup.Kind.QUANTILE,
                        1,
                        2.5,
                        0.2,
                        List.of(REPORT.topExamples().get(0)))),
                REPORT.topLogits(),
                REPORT.bottomLogits(),
                Optional.of(new LogitSummary(new Histogram(-1, 1, List.of(3L, 5L, 2L)), 0.1, 0.25, 0.5, 12.34)),
                List.of(
                        new Neighbour(11, Neighbour.Measure.DECODER_COSINE, 0.91),
                        new Neighbour(12, Neighbour.Measure.DECODER_COSINE, 0.5),
                        new Neighbour(13, Neighbour.Measure.PEARSON, -0.25)),
                List.of(new Coactivation(21, 1234, 0.5, 0.4, 3)),
                List.of(new ExampleEffects(
                        99,
                        List.of(
                                new TokenEffect(" red", 1, 0.125, -0.25),
                                new TokenEffect(" unmoved", 0, 0, 0.0001),
                                new TokenEffect(" later", 0, Double.NaN, 0.5)))),
                List.of("a label", "\u001b[31m"));
        List<String> lines = full.toText().lines().toList();
        assertTrue(lines.get(0).startsWith("Feature 7   a label, ␛[31m   density"), lines.get(0));
        assertTrue(lines.contains("  decoder cosine  11 +0.91   12 +0.50"), full.toText());
        assertTrue(lines.contains("  pearson         13 -0.25"), full.toText());
        assertTrue(lines.contains("  fires with      21 on 1,234"), full.toText());
        assertTrue(full.toText().contains("deviation 0.2500, skewness 0.50, kurtosis 12.3"), full.toText());
        assertTrue(lines.contains("  quantile 1.000 to 2.500: 20.00 % of the activations"), full.toText());
        assertTrue(lines.contains("   red                  1.000      +0.1250      -0.2500"), full.toText());
        assertTrue(lines.contains("   later                0.000                   +0.5000"), full.toText());
        assertFalse(full.toText().contains("unmoved"));
    }

    @Test
    void printsDeadFeaturesAsDead() {
        FeatureReport dead = Reports.dead(3);
        assertEquals(
                "Feature 3   dead: none of the " + Html.count(dead.stats().tokens())
                        + " tokens of the corpus activates it\n",
                dead.toText());
    }

    @Test
    void formatsNumbersForReaders() {
        assertEquals("0", Html.number(0));
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            String sign = Double.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
            assertEquals(sign, Html.number(value));
            assertEquals(sign, Html.fixed(value, 2));
            assertEquals(sign, Html.percent(value));
            assertEquals(sign, Html.rounded(value));
            assertEquals(sign, Table.Cell.number("%.3f", value).text());
            assertEquals(sign, Table.Cell.percent(value, 1).text());
            assertEquals(sign, Table.Cell.significant(value).text());
        }
        assertEquals("1.0e+30", Html.rounded(1e30));
        assertEquals("0.00012", Html.rounded(0.00012));
        assertEquals("0", Html.rounded(0));
        assertEquals("0.913", Html.number(0.9134));
        assertEquals("−0.000210", Html.number(-0.00021));
        assertEquals("38.19", Html.number(38.19));
        assertEquals("204,800", Html.number(204_800));
        assertEquals("12.3 %", Html.percent(0.123));
        assertEquals("0.420 %", Html.percent(0.0042));
        assertEquals("0.00100 %", Html.percent(1e-5));
        assertEquals("100.0 %", Html.percent(1));
        assertEquals("5.3", Html.rounded(5.25));
        assertEquals("<s>·</s>the<s>·</s>", Html.token(" the "));
        assertEquals("a b<s>↵</s>", Html.running("a b\n"));
    }
}
