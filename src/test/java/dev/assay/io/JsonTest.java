package dev.assay.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonTest {
    @TempDir
    private Path folder;

    @Test
    void reportsFileAndLocationOfMalformedText() throws IOException {
        Path file = folder.resolve("cfg.json");
        Files.writeString(file, "{\"d_in\":\n 4");
        String message =
                assertThrows(InvalidInputException.class, () -> Json.read(file)).getMessage();
        assertEquals(
                file + " is not valid JSON: Unexpected end-of-input: expected close marker for Object"
                        + " (start marker at line 1, column 1) (line 2, column 3)",
                message);
    }
}
