package dev.assay.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.util.ZstdVersion;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import java.util.List;
import org.junit.jupiter.api.Test;

class SparkClassPathTest {
    @Test
    void acceptsTheLibrariesOfSpark() {
        SparkClassPath.check();
        assertTrue(new ObjectMapper().version().toString().startsWith("2.21."));
        assertEquals("1.5.7-6", ZstdVersion.VERSION);
    }

    @Test
    void namesBothVersionsOfJacksonWhenAssaysComesFirst() {
        InvalidInputException refused =
                assertThrows(InvalidInputException.class, () -> SparkClassPath.check("2.22.3", "2.21.2"));
        assertTrue(refused.getMessage().contains("Jackson 2.22.3"), refused.getMessage());
        assertTrue(refused.getMessage().contains("expected 2.21.2"), refused.getMessage());
    }

    @Test
    void loadsTheModelInTasks() {
        List<String> hashes = LocalSpark.context()
                .parallelize(List.of(0, 1, 2), 3)
                .map(task -> {
                    try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
                        return model.hash();
                    }
                })
                .distinct()
                .collect();
        assertEquals(1, hashes.size());
    }
}
