package dev.assay.explain.offline;

/** Converts texts to vectors, of which similar texts have similar ones. Implementations are thread-safe. */
@FunctionalInterface
public interface SentenceEmbedder {
    /**
     * Embeds a text.
     *
     * @param text any text
     * @return the vector, of equal length for all texts
     */
    double[] embed(String text);
}
