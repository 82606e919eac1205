package dev.assay.text.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class TextSourceTest {
    @TempDir
    private Path folder;

    public static List<Document> read(TextSource source) throws IOException {
        List<Document> documents = new ArrayList<>();
        try (DocumentReader reader = source.open()) {
            for (Document document = reader.next(); document != null; document = reader.next()) {
                documents.add(document);
            }
            assertEquals(null, reader.next());
        }
        return documents;
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Path zip(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream bytes = new GZIPOutputStream(Files.newOutputStream(file))) {
            bytes.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    @Test
    void readsFilesInOrderCompressedOrNot() throws IOException {
        Path plain = write("a.txt", "\uFEFFfirst\nZürich 😀\n");
        Path lines =
                zip("b.jsonl.gz", "{\"text\": \"second\"}\n\n{\"text\": \"\"}\r\n{\"text\": \"third\", \"id\": 7}");
        Path zipped = zip("c.txt.gz", "fourth");
        TextSource source = TextSource.files(List.of(plain, lines, zipped));
        List<Document> expected = List.of(
                new Document("a.txt", "first\nZürich 😀\n"),
                new Document("b.jsonl.gz:1", "second"),
                new Document("b.jsonl.gz:4", "third"),
                new Document("c.txt.gz", "fourth"));
        assertEquals(expected, read(source));
        assertEquals(expected, read(source));
        assertEquals("a.txt, b.jsonl.gz, c.txt.gz", source.description());
    }

    @Test
    void readsNamedField() throws IOException {
        Path file = write("a.jsonl", "{\"content\": \"here\", \"text\": 3}\n");
        assertEquals(List.of(new Document("a.jsonl:1", "here")), read(TextSource.files(List.of(file), "content")));
    }

    @Test
    void splitsDocumentsOfFileAndMemoryAlike() throws IOException {
        String text = "0123456789".repeat(7) + "😀".repeat(40) + "the end";
        TextSource file = TextSource.files(List.of(write("a.txt", text))).chunked(15);
        List<Document> chunks = read(file);
        assertEquals(
                chunks, read(TextSource.of(List.of(new Document("a.txt", text))).chunked(15)));
        assertEquals(text, String.join("", chunks.stream().map(Document::text).toList()));
        assertEquals("a.txt#0", chunks.get(0).id());
        for (Document chunk : chunks) {
            String part = chunk.text();
            assertTrue(part.length() <= 15 && !part.isEmpty());
            assertTrue(!Character.isLowSurrogate(part.charAt(0)));
            assertTrue(chunk == chunks.get(chunks.size() - 1) || part.length() >= 14);
        }
        assertEquals("a.txt in parts of 15 characters", file.description());
    }

    @Test
    void doesNotSplitDocumentOfExactLength() throws IOException {
        List<Document> whole = List.of(new Document("a.txt", "12345"));
        assertEquals(whole, read(TextSource.of(whole).chunked(5)));
        assertEquals(
                whole, read(TextSource.files(List.of(write("a.txt", "12345"))).chunked(5)));
        assertEquals(
                2,
                read(TextSource.files(List.of(write("b.txt", "12345"))).chunked(4))
                        .size());
        assertEquals(
                1,
                read(TextSource.files(List.of(write("b.txt", "12345"))).chunked(0))
                        .size());
    }

    @Test
    void concatenatesTexts() throws IOException {
        TextSource first = TextSource.of(List.of(new Document("a", "aaaa")));
        TextSource second = TextSource.of(List.of(new Document("b", "bbbb")));
        assertEquals(
                List.of("aaaa", "bb", "bb"),
                read(first.then(second.chunked(2))).stream().map(Document::text).toList());
    }

    @Test
    void streamsPartsOfLargeFile() throws IOException {
        Path file = folder.resolve("long.txt.gz");
        byte[] block = new byte[1 << 20];
        Arrays.fill(block, (byte) 'a');
        try (OutputStream bytes = new GZIPOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < 40; i++) {
                bytes.write(block);
            }
        }
        long characters = 0;
        try (DocumentReader reader =
                TextSource.files(List.of(file)).chunked(8000).open()) {
            for (Document part = reader.next(); part != null; part = reader.next()) {
                characters += part.text().length();
            }
        }
        assertEquals(40L << 20, characters);
    }

    @Test
    void reportsFileAndLineOfFaults() throws IOException {
        assertFault("the file does not exist", folder.resolve("missing.txt"));
        assertFault("the folder has no text files", Files.createDirectory(folder.resolve("folder.txt")));
        assertFault("unknown text format", write("a.csv", "x"));
        assertFault("unknown text format", write("a.gz", "x"));
        assertFault("the file is empty", write("empty.txt", ""));
        assertFault("the file is empty", zip("empty.txt.gz", ""));
        assertFault("not gzip", write("plain.txt.gz", "hello"));
        assertFault("not gzip", write("nothing.txt.gz", ""));
        assertFault("no line has any text", write("empty.jsonl", "\n\n"));
        assertFault("line 2: not JSON", write("bad.jsonl", "{\"text\": \"a\"}\n{\"text\": oops}\n"));
        assertFault("line 1: found JSON that is not an object", write("list.jsonl", "[1]\n"));
        assertFault("line 1: found no field \"text\"", write("other.jsonl", "{\"body\": \"a\"}\n"));
        assertFault(
                "line 1: found the field \"text\" with a value of type number", write("typed.jsonl", "{\"text\": 3}"));
        Path bytes = Files.write(folder.resolve("latin1.txt"), new byte[] {'a', (byte) 0xFC, 'b'});
        assertFault("not UTF-8", bytes);
        byte[] whole = Files.readAllBytes(zip("cut.txt.gz", "hello ".repeat(5000)));
        assertFault("damaged or truncated", Files.write(folder.resolve("cut.txt.gz"), Arrays.copyOf(whole, 40)));
    }

    private static void assertFault(String part, Path file) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> read(TextSource.files(List.of(file))));
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        assertTrue(e.getMessage().contains("expected"), e.getMessage());
    }
}
