package dev.assay.text.tokenizer;

/**
 * The tokens of a text with their spans.
 *
 * @param ids token ids, [tokens]
 * @param starts the start of each token in UTF-16 units of the text, [tokens]
 * @param ends the end of each token (exclusive) in UTF-16 units of the text, [tokens]; tokens that share the bytes of one character have
 *     equal spans
 */
public record Encoding(int[] ids, int[] starts, int[] ends) {
    /**
     * Returns the number of tokens.
     *
     * @return the length of each array
     */
    public int length() {
        return ids.length;
    }
}
