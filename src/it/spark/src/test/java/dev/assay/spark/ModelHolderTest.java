package dev.assay.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.run.RunDescription;
import dev.assay.run.SourceModel;
import dev.assay.run.TextDescription;
import dev.assay.tensor.Threads;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;

class ModelHolderTest {
    private static final RunDescription FIRST =
            RunDescription.of("assay/stories", "blocks.0.hook_resid_post", TextDescription.of("assay/stories/10"));
    private static final RunDescription SECOND = FIRST.at(List.of("blocks.1.hook_resid_post"));

    @Test
    void tasksOfAProcessShareOneModel() throws IOException {
        ModelHolder models = new ModelHolder();
        try (var one = models.source(FIRST, "");
                var other = models.source(FIRST, one.hash())) {
            assertSame(one.model(), other.model());
            assertEquals(1, models.size());
        }
    }

    @Test
    void unusedModelIsClosedWhenAnotherOneIsLoaded() throws IOException {
        ModelHolder models = new ModelHolder();
        SourceModel used;
        try (var lease = models.source(FIRST, "")) {
            used = lease.model();
            try (var other = models.source(SECOND, "")) {
                assertNotSame(used, other.model());
                assertEquals(2, models.size());
            }
        }
        models.whole(FIRST, "").close();
        assertEquals(1, models.size());
        assertThrows(IllegalStateException.class, used::hash);
    }

    @Test
    void anotherModelUnderTheSameNameIsRefused() {
        InvalidInputException refused =
                assertThrows(InvalidInputException.class, () -> new ModelHolder().source(FIRST, "0000"));
        assertTrue(refused.getMessage().contains("expected 0000 as on the driver"), refused::getMessage);
    }

    @Test
    void operationsUseTheThreadsOfTheTask() {
        Threads.set(2);
        List<Integer> threads = LocalSpark.context()
                .parallelize(List.of(1, 2), 2)
                .map(task -> {
                    ModelHolder.ofProcess().source(FIRST, "").close();
                    return Threads.count();
                })
                .collect();
        assertEquals(List.of(1, 1), threads);
    }

    @Test
    void gpuOfTheTaskIsTheDevice() {
        assertEquals(Device.cpu(), TaskDevice.of(Map.of()));
        assertEquals(Device.gpu(3), TaskDevice.of(Map.of("gpu", new ResourceInformation("gpu", new String[] {"3", "4"
        }))));
    }
}
