package dev.assay.text.document;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The documents of files, one file after the other: {@code .txt} is one document, {@code .jsonl} one document a line, both also with
 * {@code .gz} or {@code .zst} behind it, {@code .parquet} one document a row. Text is UTF-8. A row or line whose text is empty or null
 * is no document. The files are those that are there when this is made; each is streamed.
 */
public final class TextFiles implements TextSource {
    private final List<FileSearch> places;
    private final String field;
    private final int plainCharacters;
    private final int characters;
    private final TextSequence files;

    /** Plain text is cut at {@code plainCharacters}, everything at {@code characters}; 0 for what is not cut. */
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
     * @param place a file; a folder, for all files of known kinds in it and below, in the order of their paths; or a glob, in which
     *     {@code *} stands for anything in a name, {@code **} for anything across folders, {@code ?} for one character,
     *     {@code [a-z]} for one of some and {@code {a,b}} for either
     * @return their documents, with the text in the field {@code text}
     * @throws InvalidInputException if there is no such file, or its kind is not known
     */
    public static TextFiles at(String place) {
        return new TextFiles(List.of(FileSearch.find(place)), DEFAULT_JSON_FIELD, 0, 0);
    }

    /**
     * Finds files.
     *
     * @param places files, and folders for all files of known kinds in them and below
     * @return their documents, with the text in the field {@code text}
     * @throws InvalidInputException if there is no such file, or its kind is not known
     */
    public static TextFiles at(List<Path> places) {
        if (places.isEmpty()) {
            throw new InvalidInputException("no text is given, expected at least one file");
        }
        return new TextFiles(places.stream().map(FileSearch::find).toList(), DEFAULT_JSON_FIELD, 0, 0);
    }

    /**
     * Returns these files with their text in another field.
     *
     * @param path the field of a JSON line or the column of a Parquet file, also within objects and groups: {@code meta.text}
     * @return the same files
     */
    public TextFiles field(String path) {
        return new TextFiles(places, path, plainCharacters, characters);
    }

    /**
     * Returns these files with the {@code .txt} ones, each of which is one document, cut into shorter documents. Lines and rows stay
     * whole.
     *
     * @param length in UTF-16 units, at least 2, or 0 to cut nothing
     * @return the same files
     */
    public TextFiles cuttingPlainText(int length) {
        return new TextFiles(places, field, length, characters);
    }

    /**
     * Returns the files.
     *
     * @return at least one, in the order in which they are read
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
