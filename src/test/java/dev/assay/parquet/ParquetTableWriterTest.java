package dev.assay.parquet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.assay.io.AtomicFiles;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.TextSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParquetTableWriterTest {
    @TempDir
    private Path folder;

    private static final List<TableColumn<Integer>> COLUMNS = List.of(
            TableColumn.whole("number", row -> row),
            TableColumn.real("half", row -> row / 2.0),
            TableColumn.text("text", row -> "row " + row + " 日本"));

    private static final Map<String, String> METADATA = Map.of("origin", "{\"text\": \"日本\"}", "another", "");

    private Path write(int rows) throws IOException {
        Path file = folder.resolve("table.parquet");
        AtomicFiles.write(file, out -> {
            ParquetTableWriter<Integer> table = new ParquetTableWriter<>(COLUMNS, METADATA, out);
            for (int row = 0; row < rows; row++) {
                table.add(row);
            }
            table.finish();
        });
        return file;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1 << 14, (1 << 14) + 1, 40_000})
    void readsEveryWrittenRow(int rows) throws IOException {
        try (DocumentReader reader =
                TextSource.files(List.of(write(rows)), "text").open()) {
            for (int row = 0; row < rows; row++) {
                assertEquals("row " + row + " 日本", reader.next().text());
            }
            assertNull(reader.next());
        }
    }

    @Test
    void footerDescribesContent() throws IOException {
        byte[] bytes = Files.readAllBytes(write(20_000));
        int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
        FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(bytes, bytes.length - 8 - length, length));
        assertEquals(20_000, footer.getNum_rows());
        assertEquals(2, footer.getRow_groups().size());
        assertEquals(
                List.of("table", "number", "half", "text"),
                footer.getSchema().stream().map(element -> element.getName()).toList());
        assertEquals(
                METADATA,
                footer.getKey_value_metadata().stream()
                        .collect(Collectors.toMap(entry -> entry.getKey(), entry -> entry.getValue())));
    }
}
