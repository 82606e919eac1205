package dev.assay.feature.store;

import dev.assay.provenance.TextProvenance;
import java.io.IOException;

/** Records the codes of a pass, context by context. */
interface CodeRecorder extends AutoCloseable {
    /**
     * Adds whole contexts. Keeps only activations above 0 on counted tokens.
     *
     * @throws dev.assay.InvalidInputException if an activation is not a finite number, or there are too many tokens
     */
    void add(CodedTokens batch) throws IOException;

    /** Returns the number of contexts so far. */
    long contexts();

    /** Returns the number of counted tokens so far. */
    long tokens();

    /** Returns the description of a text with the numbers of this pass. */
    default TextProvenance text(TextProvenance text, String hash) {
        return new TextProvenance(
                text.description(),
                text.part(),
                hash,
                text.contextLength(),
                text.prependBos(),
                true,
                contexts(),
                tokens(),
                text.leftOut());
    }

    @Override
    void close() throws IOException;
}
