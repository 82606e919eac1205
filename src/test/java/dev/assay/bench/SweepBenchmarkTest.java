package dev.assay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.activation.CountingSource;
import dev.assay.sae.TopK;
import dev.assay.train.method.TopKTraining;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SweepBenchmarkTest {
    @Test
    void ratioIsRelativeToAllSingleRuns() throws IOException {
        SweepBenchmark.Report report =
                SweepBenchmark.run(new CountingSource(8, pass -> 32), new TopKTraining(TopK.of(2)), 32, 64, 3, 2, 1);
        assertEquals(report.sweepSeconds() / (3 * report.singleSeconds()), report.ratioToSingles(), 1e-9);
        assertTrue(report.floorRatio() > 1 / 3.0 && report.floorRatio() < 1, report.toString());
        assertEquals(128, report.tokens());
        assertEquals(0, CountingSource.producers());
    }
}
