package dev.assay.explain.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.explain.measure.ActivationText.LevelledTokens;
import dev.assay.io.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FewShotTest {
    @Test
    void levelsAreThoseOfTheEmbeddedModel() throws IOException {
        assertEquals(FewShotRecorder.record(), Json.read(FewShotRecorder.FILE));
    }

    @Test
    void everyExampleHasRecordsWithItsLargestLevelAndWithZeros() {
        List<FewShot> all = FewShot.all();
        assertEquals(3, all.size());
        for (FewShot example : all) {
            int[] levels = example.records().stream()
                    .map(LevelledTokens::levels)
                    .flatMapToInt(Arrays::stream)
                    .toArray();
            assertEquals(10, Arrays.stream(levels).max().orElseThrow(), example.description());
            assertTrue(Arrays.stream(levels).filter(level -> level == 0).count() > levels.length / 2);
        }
    }
}
