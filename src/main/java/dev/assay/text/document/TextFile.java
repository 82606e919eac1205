package dev.assay.text.document;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text file, read in the format of its extension. */
record TextFile(Path path, Format format, Compression compression, String field, int chunkCharacters)
        implements TextSource {
    /** The known extensions, for messages. */
    static final String KINDS = ".txt, .jsonl (each optionally followed by .gz or .zst) or .parquet";

    /** A format of text files. */
    enum Format {
        PLAIN,
        JSON_LINES,
        PARQUET
    }

    static TextFile of(Path path, String field) {
        Format format = format(path);
        if (format == null) {
            throw new InvalidInputException(path + ": unknown text format, expected " + KINDS);
        }
        if (!Files.exists(path)) {
            throw new InvalidInputException(path + ": the file does not exist, expected a text file");
        }
        return new TextFile(path, format, Compression.of(path.getFileName().toString()), field, 0);
    }

    /** Returns whether the extension is known. */
    static boolean isKnown(Path path) {
        return format(path) != null;
    }

    /** Returns whether the extension is that of plain text. */
    static boolean isPlain(Path path) {
        return format(path) == Format.PLAIN;
    }

    private static Format format(Path path) {
        String name = path.getFileName().toString();
        if (name.endsWith(".parquet")) {
            return Format.PARQUET;
        }
        String extension = Compression.of(name).extension();
        String plainName = name.substring(0, name.length() - extension.length());
        if (plainName.endsWith(".txt")) {
            return Format.PLAIN;
        }
        return plainName.endsWith(".jsonl") ? Format.JSON_LINES : null;
    }

    @Override
    public TextSource chunked(int characters) {
        if (characters == 0) {
            return this;
        }
        Chunks.check(characters);
        // A plain file is split while it is read, so that a file of any size fits into memory; a line or a row is in
        // memory anyway.
        return format == Format.PLAIN
                ? new TextFile(path, format, compression, field, characters)
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
        if (format == Format.PARQUET) {
            return ParquetReader.open(this);
        }
        TextBytes bytes = TextBytes.open(path, compression);
        return format == Format.PLAIN
                ? new PlainTextReader(this, new Utf8Reader(bytes))
                : new JsonLinesReader(this, new LineReader(bytes));
    }
}
