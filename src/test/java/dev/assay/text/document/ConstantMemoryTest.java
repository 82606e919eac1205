package dev.assay.text.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.text.tokenizer.TextMaker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading files of 20 million characters increases the live heap by at most 4 MB. */
@Tag("slow")
class ConstantMemoryTest {
    private static final int DOCUMENTS = 10_000;
    private static final int CHARACTERS = 2_000;
    private static final long MOST_GROWTH = 4L << 20;
    private static final String FILLING = "All work and no play makes a dull day. ".repeat(60);

    @TempDir
    private Path folder;

    private static String text(int index) {
        return (index + " " + FILLING).substring(0, CHARACTERS);
    }

    private static long liveHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void assertFlat(TextSource source) throws IOException {
        long characters = 0;
        long first = 0;
        long most = 0;
        try (DocumentReader reader = source.open()) {
            int count = 0;
            for (Document document = reader.next(); document != null; document = reader.next()) {
                characters += document.text().length();
                if (count++ % (DOCUMENTS / 5) == 100) {
                    long live = liveHeap();
                    first = first == 0 ? live : first;
                    most = Math.max(most, live);
                }
            }
        }
        assertEquals((long) DOCUMENTS * CHARACTERS, characters);
        assertTrue(most - first < MOST_GROWTH, source.description() + " grew by " + (most - first) + " bytes");
        try (DocumentReader reader = source.open()) {
            reader.skip(DOCUMENTS - 10);
            assertTrue(liveHeap() - first < MOST_GROWTH);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.txt", "a.txt.gz", "a.txt.zst", "a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet"})
    void readsEveryFormatInConstantMemory(String name) throws IOException {
        Path file = TextMaker.write(folder.resolve(name), DOCUMENTS, ConstantMemoryTest::text);
        assertFlat(TextFiles.at(file.toString()).cuttingPlainText(CHARACTERS));
    }

    @Test
    void readsLargeRowGroupInConstantMemory() throws IOException {
        Path file = folder.resolve("a.parquet");
        TextMaker.writeParquet(file, DOCUMENTS, DOCUMENTS, ConstantMemoryTest::text);
        assertFlat(TextFiles.at(file.toString()));
    }

    @Test
    void mixesAndShufflesInConstantMemory() throws IOException {
        Path file = TextMaker.write(folder.resolve("a.jsonl.zst"), DOCUMENTS, ConstantMemoryTest::text);
        TextSource source = TextFiles.at(file.toString());
        assertFlat(TextSource.mix(List.of(new WeightedText(source, 1)), 1).shuffled(50, 2));
    }
}
