package dev.assay.explain.offline;

/** Converts texts to vectors, of which similar texts have similar ones. Implementations are thread-safe. */
@FunctionalInterface
public interface SentenceEmbedder {
    /**
     * Returns the name of the encoder.
     *
     * @return such as {@code all-MiniLM-L6-v2}; empty if unknown
     */
    default String name() {
        return "";
    }

    /**
     * Embeds a text.
     *
     * @param text any text
     * @return the vector, of equal length for all texts
     */
    double[] embed(String text);
}
