package dev.assay.text.document;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Documents that can be read any number of times, each time in the same order. */
public interface TextSource {
    /** The field of a JSON line, or the column of a Parquet file, that holds the text unless another is named. */
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
     * Shuffles the documents within a window: the window is filled, then each document that is given out is drawn from it and
     * replaced by the next of the text. A document comes at most {@code window} places early, and on average that many late.
     *
     * @param window how many documents are held in memory, at least 1
     * @param seed decides the order
     * @return this text, shuffled: in the same order whenever it is read
     */
    default TextSource shuffled(int window, long seed) {
        return new ShuffledText(this, window, seed);
    }

    /**
     * Mixes texts: each document is drawn from one of them, with a probability proportional to its weight. The mixture ends when the
     * text that is drawn has ended ({@link MixtureEnd#FIRST_EXHAUSTED}).
     *
     * @param texts the texts with their weights
     * @param seed decides the draws
     * @return the mixture: in the same order whenever it is read
     * @throws dev.assay.InvalidInputException if no text is given
     */
    static TextSource mix(List<WeightedText> texts, long seed) {
        return mix(texts, seed, MixtureEnd.FIRST_EXHAUSTED);
    }

    /**
     * Mixes texts as {@link #mix(List, long)} does.
     *
     * @param texts the texts with their weights
     * @param seed decides the draws
     * @param end what happens when one of them ends
     * @return the mixture
     * @throws dev.assay.InvalidInputException if no text is given
     */
    static TextSource mix(List<WeightedText> texts, long seed, MixtureEnd end) {
        return new MixedText(texts, seed, end);
    }

    /**
     * Reads a file, the files of a folder, or those that a glob matches, as {@link TextFiles#at(String)} does.
     *
     * @param place a file, a folder or a glob such as {@code data/*.jsonl.zst}
     * @return their documents
     * @throws dev.assay.InvalidInputException if there is no such file, or its kind is not known
     */
    static TextSource of(String place) {
        return TextFiles.at(place);
    }

    /**
     * Reads files and folders, as {@link TextFiles} does.
     *
     * @param files files, and folders for all files of known kinds in them
     * @return their documents
     * @throws dev.assay.InvalidInputException if a file is missing or has another extension
     */
    static TextSource files(List<Path> files) {
        return TextFiles.at(files);
    }

    /**
     * Reads files as {@link #files(List)} does.
     *
     * @param files files, and folders for all files of known kinds in them
     * @param field the field of a JSON line, or the column of a Parquet file, that holds the text
     * @return their documents
     * @throws dev.assay.InvalidInputException if a file is missing or has another extension
     */
    static TextSource files(List<Path> files, String field) {
        return TextFiles.at(files).field(field);
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
