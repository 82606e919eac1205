package dev.assay.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.Html;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureTextTest {
    private static final FeatureReport REPORT = new FeatureReport(
            7,
            0.004,
            1234,
            8,
            2.5,
            new Histogram(0, 1, List.of(9L, 0L, 4L, 0L, 0L, 0L, 0L, 1L)),
            List.of(
                    new Example(List.of("a", " red", " ball", "\n"), new float[] {0, 1, 8, 0}, 2, 0, 2),
                    new Example(List.of("ball", " x".repeat(60)), new float[] {4, 0}, 0, 3, 9)),
            List.of(new TokenLogit(1, " games", 1.5)),
            List.of(new TokenLogit(2, "\u001b[31m", -0.25)));

    @Test
    void peaksStandInBracketsBelowEachOther() {
        List<String> lines = REPORT.toText().lines().toList();
        List<String> examples = lines.subList(lines.size() - 2, lines.size());
        assertTrue(examples.get(0).endsWith("a red [ball]↵"), examples.get(0));
        assertTrue(examples.get(1).contains("[ball] x x") && examples.get(1).endsWith("…"), examples.get(1));
        assertEquals(examples.get(0).indexOf('['), examples.get(1).indexOf('['));
        assertTrue(lines.get(0).contains("density 0.40 %") && lines.get(0).contains("active on 1,234 tokens"));
        assertTrue(REPORT.toText().contains("█▄ ▁"), REPORT.toText());
    }

    @Test
    void tokensCannotCommandTheTerminal() {
        assertFalse(REPORT.toText().contains("\u001b"));
        assertTrue(REPORT.toText().contains("\uFFFD[31m"));
    }

    @Test
    void deadFeaturesSaySo() {
        FeatureReport dead =
                new FeatureReport(3, 0, 0, 0, 0, new Histogram(0, 0, List.of()), List.of(), List.of(), List.of());
        assertEquals("Feature 3   dead: no token of the corpus activates it\n", dead.toText());
    }

    @Test
    void numbersReadAsPeopleWriteThem() {
        assertEquals("0", Html.number(0));
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
