package dev.assay.spark;

import dev.assay.text.Corpus;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;

/** The text of a task. Only the documents of its range can be read; they keep their indices in the whole text. */
@FunctionalInterface
interface TaskText {
    /**
     * Returns the corpus of the whole text.
     *
     * @param tokenizer the tokenizer of the model
     * @throws IOException if the text cannot be opened
     */
    Corpus corpus(Tokenizer tokenizer) throws IOException;
}
