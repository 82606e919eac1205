package dev.assay.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PartTest {
    private static final int DOCUMENTS = 100_000;

    @Test
    void splitsDocumentsIntoSixtyTenAndThirtyPercent() {
        for (long seed : new long[] {0, 1, -5, Long.MAX_VALUE}) {
            Map<Part, Integer> counts = new EnumMap<>(Part.class);
            for (long document = 0; document < DOCUMENTS; document++) {
                counts.merge(Part.of(document, seed), 1, Integer::sum);
            }
            assertEquals(0.6, (double) counts.get(Part.TRAIN) / DOCUMENTS, 0.006);
            assertEquals(0.1, (double) counts.get(Part.CALIBRATION) / DOCUMENTS, 0.004);
            assertEquals(0.3, (double) counts.get(Part.TEST) / DOCUMENTS, 0.006);
        }
    }

    @Test
    void splitsOfTwoSeedsAreIndependent() {
        long both = LongStream.range(0, DOCUMENTS)
                .filter(document -> Part.of(document, 3) == Part.TEST && Part.of(document, 4) == Part.TEST)
                .count();
        assertEquals(0.09, (double) both / DOCUMENTS, 0.004);
    }

    /** Results of earlier versions name their documents by these parts. */
    @Test
    void theSplitNeverChanges() {
        List<Part> parts = LongStream.range(0, 12)
                .mapToObj(document -> Part.of(document, 0))
                .toList();
        assertEquals(
                List.of(
                        Part.CALIBRATION,
                        Part.TRAIN,
                        Part.CALIBRATION,
                        Part.TEST,
                        Part.TRAIN,
                        Part.TRAIN,
                        Part.TEST,
                        Part.CALIBRATION,
                        Part.TRAIN,
                        Part.TRAIN,
                        Part.TEST,
                        Part.TRAIN),
                parts);
    }
}
