package dev.assay.train.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BestCheckpointTest {
    @Test
    void parsesMetricAndGoal() {
        assertEquals(
                new BestCheckpoint("metrics/explained_variance", BestCheckpoint.Goal.MAX),
                BestCheckpoint.parse("metrics/explained_variance:max"));
        assertEquals(new BestCheckpoint("a:b", BestCheckpoint.Goal.MIN), BestCheckpoint.parse("a:b:Min"));
        for (String text : new String[] {"metrics/l0", "metrics/l0:least", ":max", ""}) {
            assertEquals(
                    "the best state is by \"" + text
                            + "\", expected a metric and max or min, such as metrics/explained_variance:max",
                    assertThrows(InvalidInputException.class, () -> BestCheckpoint.parse(text))
                            .getMessage());
        }
    }

    @Test
    void comparesStrictlyAndRanksNaNLast() {
        BestCheckpoint large = BestCheckpoint.parse("a:max");
        assertTrue(large.isBetter(2, 1));
        assertFalse(large.isBetter(1, 1));
        assertFalse(large.isBetter(0, 1));
        assertFalse(large.isBetter(Double.NaN, 1));
        assertFalse(large.isBetter(Double.NaN, Double.NaN));
        assertTrue(large.isBetter(-1, Double.NaN));
        BestCheckpoint small = BestCheckpoint.parse("a:min");
        assertTrue(small.isBetter(1, 2));
        assertFalse(small.isBetter(2, 1));
    }

    @Test
    void refusesAnUnknownMetricByName() {
        assertEquals(
                "the best state is by the metric \"a\", expected one of b",
                assertThrows(
                                InvalidInputException.class,
                                () -> BestCheckpoint.parse("a:max").valueOf(Map.of("b", 1)))
                        .getMessage());
    }
}
