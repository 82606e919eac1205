package dev.assay.spark.submit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryOverheadTest {
    @TempDir
    private Path folder;

    @Test
    void isOneGibibytePlusOneAndAHalfTimesTheWeights() {
        assertEquals(1024, MemoryOverhead.mebibytes(0));
        assertEquals(1024 + 3072, MemoryOverhead.mebibytes(2L << 30));
        assertEquals(1025, MemoryOverhead.mebibytes(1));
    }

    @Test
    void countsWeightFilesAndDoublesThoseOf16Bits() throws IOException {
        Files.write(folder.resolve("model-1.safetensors"), new byte[100]);
        Files.write(folder.resolve("model-2.safetensors"), new byte[60]);
        Files.write(folder.resolve("tokenizer.json"), new byte[1000]);
        assertEquals(160, MemoryOverhead.weights(folder.toString()));
        Files.writeString(folder.resolve("config.json"), "{\"torch_dtype\": \"bfloat16\"}");
        assertEquals(320, MemoryOverhead.weights(folder.toString()));
    }

    @Test
    void assumesTwoGibibytesForNamesOnTheHubAndNoneForIncludedModels() throws IOException {
        assertEquals(2L << 30, MemoryOverhead.weights("org/name"));
        assertEquals(2L << 30, MemoryOverhead.weights("hdfs://nn/models/a"));
        assertEquals(0, MemoryOverhead.weights("assay/stories"));
    }
}
