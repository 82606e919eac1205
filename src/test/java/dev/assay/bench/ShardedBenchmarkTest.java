package dev.assay.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.assay.sae.TopK;
import dev.assay.train.method.BatchTopKTraining;
import dev.assay.train.method.TopKTraining;
import dev.assay.train.sharded.StepTraffic;
import dev.assay.train.spi.TrainingMethod;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShardedBenchmarkTest {
    @Test
    void modelsAStepFromMeasuredBytesAndTimes() {
        StepTraffic.Network network = new StepTraffic.Network(1, 50, 2);
        for (TrainingMethod method : List.of(new TopKTraining(TopK.of(4)), BatchTopKTraining.of(4))) {
            ShardedBenchmark.Case sizes = new ShardedBenchmark.Case(method, 16, 128, 64, 4, 8, 4);
            ShardedBenchmark.Report report = ShardedBenchmark.run(sizes, network, 1, 0, Device.cpu());
            assertEquals(report.formulaBytesPerStep(), report.bytesPerStep(), 1e-6);
            double messages = report.bytesPerStep() / (1e9 / 8) + report.roundsPerStep() * (50 + 3 * 2) / 1e6;
            assertEquals(messages, report.networkSeconds(), 1e-12);
            double divided = Math.max(0, report.wholeStepSeconds() - report.repeatedSeconds()) / 4;
            assertEquals(report.repeatedSeconds() + divided + messages, report.modelledStepSeconds(), 1e-12);
            assertEquals(3 * 4 * (32 * (2 * 16 + 1) + 16), report.stateBytesPerWorker());
            assertTrue(report.bytesByExchange().get("reconstruction") >= 2 * 4 * 64 * 16 * 3 / 4);
        }
    }

    @Test
    void oneWorkerSendsNothing() {
        ShardedBenchmark.Case sizes = new ShardedBenchmark.Case(new TopKTraining(TopK.of(4)), 16, 128, 64, 4, 8, 1);
        ShardedBenchmark.Report report = ShardedBenchmark.run(sizes, StepTraffic.Network.usual(), 1, 0, Device.cpu());
        assertEquals(0, report.bytesPerStep());
        assertEquals(0, report.networkSeconds());
    }
}
