package dev.assay.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesTest {
    @TempDir
    private Path folder;

    private static ObjectNode line(int number, String text) {
        return Json.mapper().createObjectNode().put("number", number).put("text", text);
    }

    private static List<String> texts(Path file) throws IOException {
        return JsonLines.read(file).stream().map(line -> line.text("text")).toList();
    }

    @Test
    void appendedLinesAreReadInOrder() throws IOException {
        Path file = folder.resolve("lines.jsonl");
        assertEquals(List.of(), JsonLines.read(file));
        try (JsonLines lines = JsonLines.append(file)) {
            lines.write(line(1, "a\nb"));
            assertEquals(List.of("a\nb"), texts(file));
        }
        try (JsonLines lines = JsonLines.append(file)) {
            lines.write(line(2, "é"));
        }
        assertEquals(List.of("a\nb", "é"), texts(file));
    }

    @Test
    void everyCutOfTheLastLineIsIgnoredAndRemovedByTheNextWriter() throws IOException {
        Path file = folder.resolve("lines.jsonl");
        try (JsonLines lines = JsonLines.append(file)) {
            lines.write(line(1, "first"));
            lines.write(line(2, "zweite é 東"));
        }
        byte[] whole = Files.readAllBytes(file);
        int first = new String(whole, StandardCharsets.UTF_8).indexOf('\n') + 1;
        for (int length = first; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertEquals(List.of("first"), texts(file));
            try (JsonLines lines = JsonLines.append(file)) {
                lines.write(line(3, "third"));
            }
            assertEquals(List.of("first", "third"), texts(file));
        }
        Files.write(file, Arrays.copyOf(whole, first - 1));
        assertEquals(List.of(), texts(file));
    }

    @Test
    void damagedLineBeforeTheLastIsOneSentenceWithItsNumber() throws IOException {
        Path file = Files.writeString(folder.resolve("lines.jsonl"), "{}\n{\"a\": \n[1]\n");
        String message = assertThrows(InvalidInputException.class, () -> JsonLines.read(file))
                .getMessage();
        assertTrue(message.contains("lines.jsonl: line 2 is not valid JSON"), message);
        Files.writeString(file, "[1]\n");
        message = assertThrows(InvalidInputException.class, () -> JsonLines.read(file))
                .getMessage();
        assertTrue(message.contains("line 1 is no JSON object"), message);
    }
}
