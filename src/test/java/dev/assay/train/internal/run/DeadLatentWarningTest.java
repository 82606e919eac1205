package dev.assay.train.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.train.SmallRun;
import dev.assay.train.method.JumpReluTraining;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.metrics.MetricNames;
import dev.assay.train.metrics.TrainingProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLatentWarningTest {
    private static final String ADVICE = "; try a lower coefficient or learning rate, or train on more tokens";

    private final Logger logger = Logger.getLogger(DeadLatentWarning.class.getName());
    private final List<String> warnings = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            warnings.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @TempDir
    private Path folder;

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }

    @Test
    void runWithoutLiveLatentsWarnsOnceDuringTrainingAndAtItsEnd() throws IOException {
        JumpReluTraining tooHigh =
                ((JumpReluTraining) TrainingMethods.create("jumprelu", 1, 24)).withBandwidth(0.3, 1e3);
        SmallRun.trainer(tooHigh, SmallRun.source(), folder.resolve("run"))
                .train()
                .close();
        assertEquals(2, warnings.size(), warnings::toString);
        assertEquals(
                "run: all 24 latents are dead at step N of 40, so the dictionary predicts the same activation for every token"
                        + ADVICE,
                warnings.get(0).replaceAll("step \\d+", "step N"));
        assertEquals("run: 24 of 24 latents are dead at the end of training" + ADVICE, warnings.get(1));
    }

    @Test
    void runWithLiveLatentsDoesNotWarn() throws IOException {
        SmallRun.trainer(SmallRun.source(), folder).train().close();
        assertEquals(List.of(), warnings);
    }

    @Test
    void warnsAgainAfterLatentsHaveRevived() {
        DeadLatentWarning warning = new DeadLatentWarning(10);
        int step = 0;
        for (int dead : new int[] {10, 10, 4, 10}) {
            warning.step(new TrainingProgress("a", step += 10, 100, 8), Map.of(MetricNames.DEAD_LATENTS, dead));
        }
        assertEquals(2, warnings.size(), warnings::toString);
    }
}
