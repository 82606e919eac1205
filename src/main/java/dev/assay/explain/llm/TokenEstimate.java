package dev.assay.explain.llm;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Estimates the number of tokens of a text without a tokenizer, from words, numbers, punctuation and white space. For English text and for
 * tables of tokens it is usually within a quarter of the count of a byte-pair tokenizer.
 */
public final class TokenEstimate {
    /** Tokens of a chat template around each message. */
    private static final int PER_MESSAGE = 4;

    private static final Pattern PIECE = Pattern.compile("[ ]?\\p{L}+|\\p{N}{1,3}|\\s+|[^\\p{L}\\p{N}\\s]");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");
    private static final int LETTERS_PER_TOKEN = 7;
    /** Scripts such as Chinese have about one token per character. */
    private static final int FIRST_DENSE_SCRIPT = 0x0900;

    private TokenEstimate() {}

    /**
     * Estimates the tokens of a text.
     *
     * @param text any text
     * @return the estimate
     */
    public static long of(String text) {
        long tokens = 0;
        Matcher pieces = PIECE.matcher(text);
        while (pieces.find()) {
            String piece = pieces.group();
            boolean dense = piece.codePoints().anyMatch(character -> character >= FIRST_DENSE_SCRIPT);
            if (piece.equals(" ")) {
                continue;
            }
            tokens += dense ? piece.strip().length() : 1 + (piece.length() - 1) / LETTERS_PER_TOKEN;
        }
        return tokens;
    }

    /**
     * Estimates the tokens of a conversation.
     *
     * @param messages the messages
     * @return the estimate, with the tokens of a chat template
     */
    public static long of(List<ChatMessage> messages) {
        return messages.stream()
                .mapToLong(message -> PER_MESSAGE + of(message.content()))
                .sum();
    }

    /** Returns the number of words of a conversation, which no tokenizer in use falls below: no token has parts of two words. */
    static long words(List<ChatMessage> messages) {
        return messages.stream()
                .mapToLong(message -> WORD.matcher(message.content()).results().count())
                .sum();
    }
}
