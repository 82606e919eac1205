package dev.assay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.activation.CountingSource;
import dev.assay.sae.TopK;
import dev.assay.train.method.TopKTraining;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LiveTrainingBenchmarkTest {
    @Test
    void idealFollowsFromBothHalves() throws IOException {
        CountingSource slow = new CountingSource(8, pass -> 32).listener(pass -> pause());
        LiveTrainingBenchmark.Report report =
                LiveTrainingBenchmark.run(slow, new TopKTraining(TopK.of(2)), 32, 64, 2, 2);
        assertEquals(
                1 / (1 / report.harvestTokensPerSecond() + 1 / report.trainTokensPerSecond()),
                report.idealTokensPerSecond(),
                1e-9 * report.idealTokensPerSecond());
        assertEquals(
                report.liveTokensPerSecond() / report.idealTokensPerSecond(),
                report.ratioToIdeal(),
                1e-9 * report.ratioToIdeal());
        // A pass of 32 rows sleeps for 5 ms, so that neither reading alone nor training beside it can be faster.
        assertTrue(report.harvestTokensPerSecond() < 32 / 0.005, report.toString());
        assertTrue(report.liveTokensPerSecond() < 1.6 * 32 / 0.005, report.toString());
        assertEquals(0, CountingSource.producers());
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
