package dev.assay.explain.llm;

/** The reasoning that some models write before their answer. */
final class ReasoningText {
    private static final String START = "<think>";
    private static final String END = "</think>";

    private ReasoningText() {}

    /** Returns whether an answer begins with reasoning, or has the end of it. */
    static boolean begins(String answer) {
        return answer.strip().startsWith(START) || answer.contains(END);
    }

    /**
     * Removes a block of reasoning. Chat templates can open the block in the prompt, so the answer need not contain its start. Text after a
     * block without an end is reasoning too.
     *
     * @param answer an answer
     * @return the text after the reasoning, without white space at its ends
     */
    static String removedFrom(String answer) {
        String text = answer.strip();
        int end = text.lastIndexOf(END);
        if (end >= 0) {
            return text.substring(end + END.length()).strip();
        }
        return text.startsWith(START) ? "" : text;
    }
}
