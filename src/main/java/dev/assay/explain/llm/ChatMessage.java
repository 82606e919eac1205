package dev.assay.explain.llm;

import java.util.Locale;

/**
 * One message of a conversation.
 *
 * @param role the author
 * @param content the text
 */
public record ChatMessage(Role role, String content) {
    /** The author of a message. */
    public enum Role {
        /** Instructions for the whole conversation. */
        SYSTEM,
        /** The questioner. */
        USER,
        /** The language model. */
        ASSISTANT;

        /**
         * Returns the name of the role in requests.
         *
         * @return {@code system}, {@code user} or {@code assistant}
         */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Creates instructions.
     *
     * @param content the text
     * @return a message of the role {@link Role#SYSTEM}
     */
    public static ChatMessage system(String content) {
        return new ChatMessage(Role.SYSTEM, content);
    }

    /**
     * Creates a question.
     *
     * @param content the text
     * @return a message of the role {@link Role#USER}
     */
    public static ChatMessage user(String content) {
        return new ChatMessage(Role.USER, content);
    }

    /**
     * Creates an answer, for examples in a prompt.
     *
     * @param content the text
     * @return a message of the role {@link Role#ASSISTANT}
     */
    public static ChatMessage assistant(String content) {
        return new ChatMessage(Role.ASSISTANT, content);
    }
}
