package dev.assay.explain.llm;

import java.util.List;

/** Selects the tokens of an answer from all generated tokens, which can begin with reasoning. */
final class AnswerTokenList {
    private AnswerTokenList() {}

    /**
     * Returns the tokens from the start of the answer.
     *
     * @param tokens all generated tokens
     * @param text the answer, the last part of their text
     * @return the tokens from the one with the first character of the answer; empty if the tokens do not contain the answer
     */
    static List<ScoredToken> of(List<ScoredToken> tokens, String text) {
        StringBuilder joined = new StringBuilder();
        tokens.forEach(token -> joined.append(token.text()));
        int start = joined.lastIndexOf(text);
        int end = 0;
        for (int i = 0; i < tokens.size() && start >= 0; i++) {
            end += tokens.get(i).text().length();
            if (end > start) {
                return tokens.subList(i, tokens.size());
            }
        }
        return List.of();
    }
}
