package dev.assay.audit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.audit.measure.ScoredDocuments;
import java.util.List;
import org.junit.jupiter.api.Test;

class RocCurveTest {
    @Test
    void equalScoresAreOnOneSideOfEachThreshold() {
        ScoredDocuments documents =
                ScoredDocuments.of(new double[] {0.9, 0.5, 0.5, 0.1}, new boolean[] {true, true, false, false});
        assertEquals(
                List.of(
                        new RocCurve.Point(0, 0),
                        new RocCurve.Point(0, 0.5),
                        new RocCurve.Point(0.5, 1),
                        new RocCurve.Point(1, 1)),
                RocCurve.of(documents));
    }

    @Test
    void areaOfTheCurveIsTheAuroc() {
        ScoredDocuments documents = ScoredDocuments.of(
                new double[] {3, 1, 2, 2, 0, 5, 1}, new boolean[] {true, false, true, false, false, false, true});
        double area = 0;
        List<RocCurve.Point> points = RocCurve.of(documents);
        for (int i = 1; i < points.size(); i++) {
            RocCurve.Point from = points.get(i - 1);
            RocCurve.Point to = points.get(i);
            area += (to.falsePositiveRate() - from.falsePositiveRate())
                    * (to.truePositiveRate() + from.truePositiveRate())
                    / 2;
        }
        assertEquals(documents.auroc(), area, 1e-12);
    }
}
