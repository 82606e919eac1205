package dev.assay.text.document;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The documents of one or more files. A {@code .txt} file is one document, a {@code .jsonl} file has one document per line (both may be
 * compressed, with {@code .gz} or {@code .zst} after the extension), a {@code .parquet} file has one document per row. Text is UTF-8. Lines
 * and rows with an empty or null text are skipped. The list of files is determined once, at creation; each file is streamed.
 */
public final class TextFiles implements TextSource {
    private final List<FileSearch> places;
    private final String field;
    private final int plainCharacters;
    private final int characters;
    private final TextSequence files;

    /** Plain text is split at {@code plainCharacters}, all text at {@code characters}; 0 means no splitting. */
    private TextFiles(List<FileSearch> places, String field, int plainCharacters, int characters) {
        this.places = places;
        this.field = Objects.requireNonNull(field, "field");
        this.plainCharacters = plainCharacters;
        this.characters = characters;
        this.files = new TextSequence(paths().stream().map(this::part).toList());
    }

    private TextSource part(Path path) {
        TextFile file = TextFile.of(path, field);
        return TextFile.isPlain(path) && characters == 0 ? file.chunked(plainCharacters) : file.chunked(characters);
    }

    /**
     * Finds files.
     *
     * @param place a file; a folder, for all files of known formats in it and below, in the order of their paths; or a glob, in which
     *     {@code *} matches anything within a name, {@code **} anything across folders, {@code ?} one character, {@code [a-z]} one
     *     character of a set and {@code {a,b}} either alternative
     * @return their documents, with text in the field {@code text}
     * @throws InvalidInputException if there is no such file, or its format is unknown
     */
    public static TextFiles at(String place) {
        return new TextFiles(List.of(FileSearch.find(place)), DEFAULT_JSON_FIELD, 0, 0);
    }

    /**
     * Finds files.
     *
     * @param places files, and folders for all files of known formats in them and below
     * @return their documents, with text in the field {@code text}
     * @throws InvalidInputException if there is no such file, or its format is unknown
     */
    public static TextFiles at(List<Path> places) {
        if (places.isEmpty()) {
            throw new InvalidInputException("the list of files is empty, expected at least one file");
        }
        return new TextFiles(places.stream().map(FileSearch::find).toList(), DEFAULT_JSON_FIELD, 0, 0);
    }

    /**
     * Returns the same files with another text field.
     *
     * @param path the field of a JSON line or the column of a Parquet file, possibly nested: {@code meta.text}
     * @return a copy
     */
    public TextFiles field(String path) {
        return new TextFiles(places, path, plainCharacters, characters);
    }

    /**
     * Returns the same files with plain text split into shorter documents. Each {@code .txt} file is one document otherwise; lines and rows
     * are not split.
     *
     * @param length UTF-16 units, at least 2, or 0 to split nothing
     * @return a copy
     */
    public TextFiles cuttingPlainText(int length) {
        return new TextFiles(places, field, length, characters);
    }

    /**
     * Returns the paths.
     *
     * @return at least one, in reading order
     */
    public List<Path> paths() {
        return places.stream().flatMap(place -> place.paths().stream()).toList();
    }

    @Override
    public TextSource chunked(int length) {
        return length == 0 ? this : new TextFiles(places, field, plainCharacters, length);
    }

    @Override
    public DocumentReader open() throws IOException {
        return files.open();
    }

    @Override
    public String description() {
        String names = places.stream().map(FileSearch::name).collect(Collectors.joining(", "));
        boolean anyPlain = paths().stream().anyMatch(TextFile::isPlain);
        int cut = characters > 0 ? characters : anyPlain ? plainCharacters : 0;
        return cut == 0 ? names : names + " in parts of " + cut + " characters";
    }
}
