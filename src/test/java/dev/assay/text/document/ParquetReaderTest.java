package dev.assay.text.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads files written by pyarrow with the rows of src/test/python/make_parquet_fixtures.py. */
@Tag("slow")
class ParquetReaderTest {
    private static final int ROWS = 300;

    @TempDir
    private Path folder;

    private static Path fixture(String name) {
        try {
            return Path.of(ParquetReaderTest.class
                    .getResource("parquet/" + name + ".parquet")
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TextSource source(String name, String field) {
        return TextSource.files(List.of(fixture(name)), field);
    }

    private static List<Document> expectedText(String file) {
        List<Document> documents = new ArrayList<>();
        for (int row = 0; row < ROWS; row++) {
            if (row % 7 != 3 && row % 11 != 5) {
                documents.add(new Document(
                        file + ".parquet:" + (row + 1), "row " + row % 50 + ": Zürich 😀 " + "la".repeat(row % 50)));
            }
        }
        return documents;
    }

    private static List<String> texts(TextSource source) throws IOException {
        return TextSourceTest.read(source).stream().map(Document::text).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "snappy", "gzip", "zstd", "version2", "plain"})
    void readsEveryCodecEncodingAndPageVersion(String name) throws IOException {
        assertEquals(expectedText(name), TextSourceTest.read(source(name, "text")));
        assertEquals(IntStream.range(0, ROWS).mapToObj(row -> "full " + row).toList(), texts(source(name, "full")));
        assertEquals(
                IntStream.range(0, ROWS)
                        .filter(row -> row % 5 != 0)
                        .mapToObj(row -> "meta " + row)
                        .toList(),
                texts(source(name, "meta.text")));
    }

    @Test
    void readsRequiredColumn() throws IOException {
        assertEquals(
                IntStream.range(0, ROWS).mapToObj(row -> "required " + row).toList(),
                texts(source("required", "text")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"snappy", "version2", "plain"})
    void skippingEqualsReading(String name) throws IOException {
        for (String field : List.of("text", "full", "meta.text")) {
            List<Document> all = TextSourceTest.read(source(name, field));
            for (int skipped = 0; skipped <= all.size() + 2; skipped++) {
                try (DocumentReader reader = source(name, field).open()) {
                    if (skipped % 3 == 2) {
                        reader.next(); // also from within a page
                    }
                    int before = skipped % 3 == 2 ? 1 : 0;
                    assertEquals(Math.min(skipped - before, all.size() - before), reader.skip(skipped - before));
                    assertEquals(skipped < all.size() ? all.get(skipped) : null, reader.next());
                }
            }
        }
    }

    @Test
    void rejectsColumnsWithoutText() {
        assertFault(
                "none", "words", "found no column \"words\" of strings, expected one of the columns id, text, full");
        assertFault("none", "id", "found the column \"id\" of type INT64");
        assertFault("none", "meta", "found no column \"meta\"");
        assertFault("none", "meta.score", "found the column \"meta.score\" of type DOUBLE");
        assertFault("none", "tags.list.element", "with a list in each row");
        assertFault("brotli", "text", "compressed with BROTLI, expected snappy");
        assertFault("empty", "text", "no row has any text");
        assertFault("latin1", "text", "row 1: found bytes that are not UTF-8");
    }

    private static void assertFault(String name, String field, String part) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> TextSourceTest.read(source(name, field)));
        assertTrue(e.getMessage().startsWith(fixture(name).toString()), e.getMessage());
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    /** The trailer of gzip is the CRC-32 of the data and its size, 4 bytes each. */
    @ParameterizedTest
    @ValueSource(ints = {0, 4})
    void refusesGzipPagesWithAWrongTrailer(int field) throws Exception {
        byte[] file = Files.readAllBytes(fixture("gzip"));
        int changed = 0;
        for (int i = 0; i + 10 < file.length; i++) {
            if (file[i] == 0x1F && file[i + 1] == (byte) 0x8B && file[i + 2] == 8) {
                Inflater data = new Inflater(true);
                data.setInput(file, i + 10, file.length - i - 10);
                byte[] plain = new byte[1 << 16];
                while (!data.finished()) {
                    data.inflate(plain);
                }
                file[i + 10 + (int) data.getBytesRead() + field] ^= 1;
                data.end();
                changed++;
            }
        }
        assertTrue(changed > 20, changed + " pages");
        Path damaged = Files.write(folder.resolve("trailer.parquet"), file);
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> texts(TextSource.files(List.of(damaged), "text")));
        assertTrue(e.getMessage().startsWith(damaged + ""), e.getMessage());
    }

    /** A plain value is its length, 4 bytes, and its bytes. */
    @Test
    void refusesLengthsBeyondThePage() throws IOException {
        byte[] file = Files.readAllBytes(fixture("plain"));
        byte[] begin = "row ".getBytes(StandardCharsets.US_ASCII);
        int changed = 0;
        for (int i = 4; i + begin.length < file.length; i++) {
            if (Arrays.equals(file, i, i + begin.length, begin, 0, begin.length) && file[i - 1] == 0) {
                file[i - 1] = 0x7F;
                changed++;
            }
        }
        assertTrue(changed > 20, changed + " values");
        Path damaged = Files.write(folder.resolve("length.parquet"), file);
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> texts(TextSource.files(List.of(damaged), "text")));
        assertTrue(e.getMessage().startsWith(damaged + " row 1: the Parquet data is damaged"), e.getMessage());
    }

    @Test
    void reportsDamageInOneSentence() throws IOException {
        byte[] whole = Files.readAllBytes(fixture("snappy"));
        Path file = folder.resolve("damaged.parquet");
        for (int length : new int[] {0, 3, 12, whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            InvalidInputException e =
                    assertThrows(InvalidInputException.class, () -> texts(TextSource.files(List.of(file))));
            assertTrue(e.getMessage().contains("found no Parquet metadata"), e.getMessage());
        }
        SplittableRandom random = new SplittableRandom(1);
        int refused = 0;
        for (int i = 0; i < 600; i++) {
            byte[] damaged = whole.clone();
            // The metadata stands at the end: half of the damage is there.
            int at = random.nextInt(random.nextBoolean() ? whole.length : Math.min(2500, whole.length));
            damaged[whole.length - 1 - at] = (byte) random.nextInt(256);
            Files.write(file, damaged);
            try {
                texts(TextSource.files(List.of(file)));
            } catch (InvalidInputException e) {
                assertTrue(e.getMessage().startsWith(file + ""), e.getMessage());
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
                refused++;
            }
        }
        assertTrue(refused > 150, refused + " of 600 refused");
    }

    @Test
    void readsOnlySpecifiedLz4Format() throws IOException {
        assertEquals(expectedText("lz4"), TextSourceTest.read(source("lz4", "text")));
        try (DocumentReader reader = source("lz4", "text").open()) {
            assertEquals(ROWS - ROWS / 7 - 1 - 23, reader.skip(1000));
            assertNull(reader.next());
        }
    }
}
