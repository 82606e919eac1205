package dev.assay.evaluate;

/**
 * The expected L0 on the text of one file. Dictionaries with one threshold for all tokens, such as BatchTopK and Matryoshka, activate more
 * latents on some texts than on others.
 *
 * @param file the name of the file; empty for text that is not from a file
 * @param tokens the number of activations
 * @param l0 the mean number of active latents per token
 */
public record SourceL0(String file, long tokens, double l0) {
    /** {@return the file as it is shown} */
    String label() {
        return file.isEmpty() ? "other text" : file;
    }
}
