package dev.assay.text.document;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A sequence of documents that can be read any number of times, in the same order each time. */
public interface TextSource {
    /** Default name of the text field of JSON lines, and of the text column of Parquet files. */
    String DEFAULT_JSON_FIELD = "text";

    /**
     * Opens a reader at the first document.
     *
     * @return a reader that the caller closes
     * @throws IOException if reading fails
     * @throws dev.assay.InvalidInputException if the text does not exist
     */
    DocumentReader open() throws IOException;

    /**
     * Describes the origin of the text for logs and provenance.
     *
     * @return one line
     */
    String description();

    /**
     * Splits long documents into documents of a given length; the last part of a document may be shorter.
     *
     * @param characters the length in UTF-16 units (one less where a surrogate pair would be split), 0 to split nothing
     * @return the split text
     */
    default TextSource chunked(int characters) {
        return characters == 0 ? this : new ChunkedText(this, characters);
    }

    /**
     * Appends another text.
     *
     * @param other the following text
     * @return the concatenation
     */
    default TextSource then(TextSource other) {
        return new TextSequence(List.of(this, other));
    }

    /**
     * Shuffles documents within a sliding window: the window is filled, then each returned document is drawn from it at random and replaced
     * by the next one of the text. A document is at most {@code window} positions early, and on average that many late.
     *
     * @param window number of documents in memory, at least 1
     * @param seed seed of the order
     * @return the shuffled text, with the same order each time it is read
     */
    default TextSource shuffled(int window, long seed) {
        return new ShuffledText(this, window, seed);
    }

    /**
     * Mixes texts: each document is drawn from one of them, with a probability proportional to its weight. The mixture stops when the drawn
     * text is exhausted ({@link MixtureEnd#FIRST_EXHAUSTED}).
     *
     * @param texts the texts with their weights
     * @param seed seed of the draws
     * @return the mixture, with the same order each time it is read
     * @throws dev.assay.InvalidInputException if no text is given
     */
    static TextSource mix(List<WeightedText> texts, long seed) {
        return mix(texts, seed, MixtureEnd.FIRST_EXHAUSTED);
    }

    /**
     * Mixes texts like {@link #mix(List, long)}.
     *
     * @param texts the texts with their weights
     * @param seed seed of the draws
     * @param end stopping rule
     * @return the mixture
     * @throws dev.assay.InvalidInputException if no text is given
     */
    static TextSource mix(List<WeightedText> texts, long seed, MixtureEnd end) {
        return new MixedText(texts, seed, end);
    }

    /**
     * Reads a file, the files of a folder, or the files that match a glob, like {@link TextFiles#at(String)}.
     *
     * @param place a file, a folder or a glob such as {@code data/*.jsonl.zst}
     * @return their documents
     * @throws dev.assay.InvalidInputException if there is no such file, or its format is unknown
     */
    static TextSource of(String place) {
        return TextFiles.at(place);
    }

    /**
     * Reads files and folders, like {@link TextFiles}.
     *
     * @param files files, and folders for all files of known formats in them
     * @return their documents
     * @throws dev.assay.InvalidInputException if a file is missing or its format is unknown
     */
    static TextSource files(List<Path> files) {
        return TextFiles.at(files);
    }

    /**
     * Reads files like {@link #files(List)}.
     *
     * @param files files, and folders for all files of known formats in them
     * @param field the text field of JSON lines or the text column of Parquet files
     * @return their documents
     * @throws dev.assay.InvalidInputException if a file is missing or its format is unknown
     */
    static TextSource files(List<Path> files, String field) {
        return TextFiles.at(files).field(field);
    }

    /**
     * Returns documents in memory as a source.
     *
     * @param documents the documents, in order
     * @return the source
     */
    static TextSource of(List<Document> documents) {
        return new DocumentList(documents);
    }
}
