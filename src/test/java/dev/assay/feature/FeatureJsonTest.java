package dev.assay.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.feature.report.ExampleEffects;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.report.TokenEffect;
import dev.assay.feature.report.TokenLogit;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.Histogram;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FeatureJsonTest {
    @Test
    void writesRecordComponentsUnderTheirNames() {
        FeatureReport report = new FeatureReport(
                4,
                new FeatureStats(100, 25, 2, 1, 0.5, 0, 3, List.of(0.25)),
                new Histogram(0, 1, List.of(20L, 5L)),
                List.of(new Example(List.of("a", "b"), new float[] {0, 2}, 1, 3, 9)),
                List.of(),
                List.of(new TokenLogit(7, "t", 0.5)),
                List.of(),
                Optional.empty(),
                List.of(new Neighbour(9, Neighbour.Measure.PEARSON, 0.5)),
                List.of(),
                List.of(new ExampleEffects(9, List.of(new TokenEffect("a", 0, Double.NaN, 0.125)))),
                List.of("a label"));
        ObjectNode json = FeatureJson.of(report);
        assertEquals(0.25, json.at("/stats/density").doubleValue());
        assertEquals(25, json.at("/stats/activeTokens").longValue());
        assertEquals(FeatureStats.SHARES.size(), json.at("/stats/shares").size());
        assertFalse(json.at("/stats").has("dead"), "derived values are omitted");
        assertEquals("[20,5]", json.at("/histogram/counts").toString());
        assertEquals("[0.0,2.0]", json.at("/topExamples/0/values").toString());
        assertEquals("PEARSON", json.at("/neighbours/0/measure").textValue());
        assertTrue(json.at("/effects/0/tokens/0/directLossChange").isNull(), "NaN is null");
        assertEquals(0.125, json.at("/effects/0/tokens/0/lossChange").doubleValue());
        assertTrue(json.at("/logits").isNull());
        assertEquals("a label", json.at("/labels/0").textValue());
    }
}
