package dev.assay.text;

import dev.assay.InvalidInputException;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** One file of text, read as its extension says. */
record TextFile(Path path, Format format, boolean compressed, String jsonField, int chunkCharacters)
        implements TextSource {
    private static final int BUFFER_BYTES = 1 << 16;

    /** What an extension promises. */
    enum Format {
        PLAIN,
        JSON_LINES
    }

    static TextFile of(Path path, String jsonField) {
        String name = path.getFileName().toString();
        boolean compressed = name.endsWith(".gz");
        String plainName = compressed ? name.substring(0, name.length() - ".gz".length()) : name;
        Format format;
        if (plainName.endsWith(".txt")) {
            format = Format.PLAIN;
        } else if (plainName.endsWith(".jsonl")) {
            format = Format.JSON_LINES;
        } else {
            throw new InvalidInputException(
                    path + ": unknown kind of text file, expected .txt, .jsonl, .txt.gz or .jsonl.gz");
        }
        if (!Files.exists(path)) {
            throw new InvalidInputException(path + ": there is no such file, expected a text file");
        }
        if (Files.isDirectory(path)) {
            throw new InvalidInputException(path + ": found a folder, expected a text file");
        }
        return new TextFile(path, format, compressed, jsonField, 0);
    }

    @Override
    public TextSource chunked(int characters) {
        if (characters == 0) {
            return this;
        }
        Chunks.check(characters);
        // A plain file is cut while it is read, so that a file of any size fits into memory; a JSON line is held
        // anyway.
        return format == Format.PLAIN
                ? new TextFile(path, format, compressed, jsonField, characters)
                : new ChunkedText(this, characters);
    }

    @Override
    public String description() {
        return chunkCharacters == 0 ? name() : name() + " in parts of " + chunkCharacters + " characters";
    }

    String name() {
        return path.getFileName().toString();
    }

    @Override
    public DocumentReader open() throws IOException {
        BufferedReader reader = reader();
        return format == Format.PLAIN ? new PlainTextReader(this, reader) : new JsonLinesReader(this, reader);
    }

    private BufferedReader reader() throws IOException {
        if (!Files.exists(path)) {
            throw new InvalidInputException(path + ": the file is gone, expected a text file");
        }
        InputStream bytes = Files.newInputStream(path);
        try {
            if (compressed) {
                bytes = new GZIPInputStream(bytes, BUFFER_BYTES);
            }
        } catch (ZipException | EOFException e) {
            bytes.close();
            throw new InvalidInputException(path + ": not gzip data, expected what the extension .gz says", e);
        }
        return new BufferedReader(
                new InputStreamReader(
                        bytes,
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .onMalformedInput(CodingErrorAction.REPORT)
                                .onUnmappableCharacter(CodingErrorAction.REPORT)),
                BUFFER_BYTES);
    }
}
