package dev.assay.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Documents that can be read any number of times, each time in the same order. */
public interface TextSource {
    /** The field of a JSON line that holds the text, unless another is named. */
    String DEFAULT_JSON_FIELD = "text";

    /**
     * Starts at the first document.
     *
     * @return a reader, to be closed by the caller
     * @throws IOException if reading fails
     * @throws dev.assay.InvalidInputException if there is no such text
     */
    DocumentReader open() throws IOException;

    /**
     * Says where the text is from, for logs and provenance.
     *
     * @return one line
     */
    String description();

    /**
     * Cuts long documents into documents of a given length; the last part of a document may be shorter.
     *
     * @param characters the length in UTF-16 units (one less where the cut would part a surrogate pair), 0 to cut nothing
     * @return this text, cut
     */
    default TextSource chunked(int characters) {
        return characters == 0 ? this : new ChunkedText(this, characters);
    }

    /**
     * Appends another text.
     *
     * @param other the text that follows
     * @return this text, then the other
     */
    default TextSource then(TextSource other) {
        return new TextSequence(List.of(this, other));
    }

    /**
     * Reads files: {@code .txt} is one document, {@code .jsonl} one document a line in the field {@code text}; each also with
     * {@code .gz} behind it. Text is UTF-8.
     *
     * @param files the files, in order
     * @return their documents
     * @throws dev.assay.InvalidInputException if a file is missing or has another extension
     */
    static TextSource files(List<Path> files) {
        return files(files, DEFAULT_JSON_FIELD);
    }

    /**
     * Reads files as {@link #files(List)} does.
     *
     * @param files the files, in order
     * @param jsonField the field of a JSON line that holds the text
     * @return their documents
     * @throws dev.assay.InvalidInputException if a file is missing or has another extension
     */
    static TextSource files(List<Path> files, String jsonField) {
        return new TextSequence(files.stream()
                .<TextSource>map(file -> TextFile.of(file, jsonField))
                .toList());
    }

    /**
     * Gives documents that are in memory.
     *
     * @param documents the documents, in order
     * @return the documents as a source
     */
    static TextSource of(List<Document> documents) {
        return new DocumentList(documents);
    }
}
