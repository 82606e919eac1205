package dev.assay.text.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.text.tokenizer.TextMaker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextFilesTest {
    @TempDir
    private Path folder;

    private Path write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private void writeTree() throws IOException {
        for (String name : List.of("b.txt", "a.txt", "x/c.txt", "x/y/d.txt", ".hidden/e.txt", "x/.f.txt")) {
            write(name, name);
        }
        write("readme.md", "no text");
        write("x/g.jsonl", "{\"text\": \"g\"}");
    }

    private List<String> texts(String place) throws IOException {
        return TextSourceTest.read(TextSource.of(folder + "/" + place)).stream()
                .map(Document::text)
                .toList();
    }

    @Test
    void readsFolderInPathOrder() throws IOException {
        writeTree();
        assertEquals(List.of("a.txt", "b.txt", "x/c.txt", "g", "x/y/d.txt"), texts(""));
        assertEquals(List.of("x/c.txt", "g", "x/y/d.txt"), texts("x"));
        TextSource source = TextSource.files(List.of(folder.resolve("x"), folder.resolve("a.txt")));
        assertEquals(folder.resolve("x") + " (3 files), a.txt", source.description());
        assertEquals("a.txt", TextSourceTest.read(source).get(3).text());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*.txt | a.txt b.txt",
                "?.txt | a.txt b.txt",
                "[!a].txt | b.txt",
                "[b-z].txt | b.txt",
                "{a,q}.txt | a.txt",
                "*/*.txt | x/c.txt",
                "**/*.txt | a.txt b.txt x/c.txt x/y/d.txt",
                "**.txt | a.txt b.txt x/c.txt x/y/d.txt",
                "x/**/*.txt | x/c.txt x/y/d.txt",
                "**/y/* | x/y/d.txt",
                "* | a.txt b.txt",
                "x/*.{jsonl,parquet} | g"
            })
    void findsFilesOfGlob(String glob, String found) throws IOException {
        writeTree();
        assertEquals(List.of(found.split(" ")), texts(glob));
    }

    @Test
    void prefersFileNamedLikeGlob() throws IOException {
        write("a[1].txt", "one");
        write("a1.txt", "other");
        assertEquals(List.of("one"), texts("a[1].txt"));
        assertEquals("a[1].txt", TextSource.of(folder + "/a[1].txt").description());
    }

    @Test
    void doesNotWalkSubfoldersForFlatGlob() throws IOException {
        writeTree();
        assertEquals(
                folder + "/*.txt (2 files)", TextSource.of(folder + "/*.txt").description());
    }

    @Test
    void splitsOnlyPlainText() throws IOException {
        write("a.txt", "123456");
        write("b.jsonl", "{\"text\": \"123456\"}");
        TextFiles files = TextFiles.at(folder.toString()).cuttingPlainText(4);
        assertEquals(
                List.of("1234", "56", "123456"),
                TextSourceTest.read(files).stream().map(Document::text).toList());
        assertEquals(folder + " (2 files) in parts of 4 characters", files.description());
        assertEquals(4, TextSourceTest.read(files.chunked(3)).size());
    }

    @ParameterizedTest
    @CsvSource({
        "empty, the folder has no text files",
        "empty/*.txt, no file matches",
        "nowhere/**/*.txt, no file matches",
        "*.md, none of the 1 matching files has a known format",
        "readme.md, unknown text format",
        "[a.txt, not a valid glob pattern",
        "'{a,b.txt', not a valid glob pattern"
    })
    void rejectsPlacesWithoutText(String place, String part) throws IOException {
        write("readme.md", "no text");
        Files.createDirectory(folder.resolve("empty"));
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> texts(place));
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertTrue(e.getMessage().contains(place), e.getMessage());
        assertTrue(e.getMessage().contains("expected"), e.getMessage());
    }

    @Test
    void readsNestedFields() throws IOException {
        Path file = write(
                "a.jsonl",
                "{\"meta\": {\"text\": \"inner\"}}\n{\"meta.text\": \"dotted\", \"meta\": {\"text\": \"inner\"}}\n"
                        + "{\"meta\": {\"text\": null}}\n");
        assertEquals(
                List.of(new Document("a.jsonl:1", "inner"), new Document("a.jsonl:2", "dotted")),
                TextSourceTest.read(TextSource.files(List.of(file), "meta.text")));
        InvalidInputException e = assertThrows(
                InvalidInputException.class, () -> TextSourceTest.read(TextSource.files(List.of(file), "meta.words")));
        assertEquals(
                file + " line 1: found no field \"meta.words\", expected a JSON object with a string in the field"
                        + " \"meta.words\"",
                e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {".gz", ".zst"})
    void readsConcatenatedCompressedMembers(String extension) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String part : List.of("{\"text\": \"one\"}\n{\"te", "xt\": \"two\"}\n")) {
            try (OutputStream packed = TextMaker.pack(extension, new ByteArrayOutputStream() {
                @Override
                public void close() throws IOException {
                    writeTo(bytes);
                }
            })) {
                packed.write(part.getBytes(StandardCharsets.UTF_8));
            }
        }
        Files.write(folder.resolve("a.jsonl" + extension), bytes.toByteArray());
        assertEquals(List.of("one", "two"), texts("a.jsonl" + extension));
    }

    @Test
    void refusesGzipWithAWrongChecksum() throws IOException {
        Path lines = folder.resolve("a.jsonl.gz");
        TextMaker.write(lines, 100, i -> "text " + i);
        byte[] whole = Files.readAllBytes(lines);
        for (int fromEnd : new int[] {8, 4}) {
            byte[] damaged = whole.clone();
            damaged[whole.length - fromEnd] ^= 1;
            Files.write(lines, damaged);
            InvalidInputException e = assertThrows(InvalidInputException.class, () -> texts("a.jsonl.gz"));
            assertTrue(e.getMessage().contains("the gzip data is damaged or truncated"), e.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({"gz, gzip", "zst, zstd"})
    void reportsDamagedCompression(String extension, String format) throws IOException {
        Path lines = folder.resolve("a.jsonl." + extension);
        TextMaker.write(lines, 20_000, i -> "text " + Integer.toHexString(i * 0x9E3779B9));
        byte[] whole = Files.readAllBytes(lines);
        Files.write(lines, Arrays.copyOf(whole, whole.length - 20));
        InvalidInputException cut = assertThrows(InvalidInputException.class, () -> texts("a.jsonl." + extension));
        assertTrue(
                cut.getMessage()
                        .matches(".*a\\.jsonl\\." + extension + " line [1-9][0-9]{3,}: the " + format
                                + " data is damaged or truncated, expected a complete \\." + extension + " file"),
                cut.getMessage());
        Files.writeString(lines, "{\"text\": \"never packed\"}");
        InvalidInputException foreign = assertThrows(InvalidInputException.class, () -> texts("a.jsonl." + extension));
        assertEquals(
                lines + ": not " + format + " data, expected the format of the extension ." + extension,
                foreign.getMessage());
    }

    @Test
    void reportsLineOfInvalidUtf8() throws IOException {
        byte[] lines = "first\nsecond\n\"third \u00FF\n".getBytes(StandardCharsets.ISO_8859_1);
        for (String name : List.of("a.txt", "a.jsonl")) {
            Path file = folder.resolve(name);
            Files.write(file, lines);
            if (name.endsWith(".jsonl")) {
                Files.writeString(file, "{\"text\": \"first\"}\n\n\"third \u00FF", StandardCharsets.ISO_8859_1);
            }
            InvalidInputException e = assertThrows(InvalidInputException.class, () -> texts(name));
            assertEquals(file + " line 3: found bytes that are not UTF-8, expected UTF-8 text", e.getMessage());
        }
    }

    @Test
    void skipsByteOrderMark() throws IOException {
        write("a.jsonl", "\uFEFF{\"text\": \"a\"}\n{\"text\": \"b\"}");
        assertEquals(List.of("a", "b"), texts("a.jsonl"));
        write("b.txt", "\uFEFFa");
        assertEquals(List.of("a"), texts("b.txt"));
    }

    @Test
    void rejectsSecondValueInLine() throws IOException {
        write("a.jsonl", "{\"text\": \"a\"} {\"text\": \"b\"}");
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> texts("a.jsonl"));
        assertTrue(e.getMessage().contains("a.jsonl line 1: not JSON"), e.getMessage());
    }
}
