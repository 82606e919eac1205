package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.explain.FailureKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Parses the response of {@code /completions} with {@code echo}: the tokens of the prompt with their log-probabilities. */
final class EchoReply {
    /** The text of a token that is a part of a character. */
    private static final String PART_OF_CHARACTER = "\uFFFD";
    /** Limit of the characters that such tokens can share. */
    private static final int LONGEST_GAP = 16;

    private EchoReply() {}

    /**
     * Parses a response. Tokens that are parts of a character have no text of their own and are left out.
     *
     * @param server its address, for messages
     * @param text the prompt
     */
    static Answer<PromptLogProbabilities> parse(String server, JsonNode body, String text) {
        JsonNode echoed = body.path("choices").path(0).path("logprobs");
        JsonNode tokens = echoed.path("tokens");
        JsonNode values = echoed.path("token_logprobs");
        if (!tokens.isArray() || !values.isArray() || tokens.size() != values.size()) {
            return Answer.failed(
                    FailureKind.UNPARSABLE,
                    server + " returned no log-probabilities of the prompt, expected them for \"echo\": true");
        }
        List<PromptLogProbabilities.PromptToken> scored = new ArrayList<>();
        int start = 0;
        boolean gap = false;
        for (int i = 0; i < tokens.size() && start < text.length(); i++) {
            String token = tokens.path(i).asText("");
            if (token.contains(PART_OF_CHARACTER) && !text.startsWith(token, start)) {
                gap = true;
                continue;
            }
            int at = gap ? text.indexOf(token, start) : start;
            boolean isText = at >= 0 && at - start <= LONGEST_GAP && text.startsWith(token, at);
            // The first token can be BOS, which has no text in the prompt.
            if (!isText && i == 0) {
                continue;
            }
            if (!isText) {
                return Answer.failed(
                        FailureKind.UNPARSABLE,
                        server + " returned other tokens than those of the prompt, at character " + start);
            }
            gap = false;
            if (values.path(i).isNumber()) {
                scored.add(new PromptLogProbabilities.PromptToken(
                        at,
                        new ScoredToken(
                                token,
                                values.path(i).doubleValue(),
                                top(echoed.path("top_logprobs").path(i)))));
            }
            start = at + token.length();
        }
        if (start < text.length() && !gap) {
            return Answer.failed(
                    FailureKind.TRUNCATED,
                    server + " read only the first " + start + " characters of a prompt of " + text.length());
        }
        return Answer.received(new PromptLogProbabilities(scored, ChatReply.usage(body)));
    }

    private static Map<String, Double> top(JsonNode candidates) {
        Map<String, Double> top = new HashMap<>();
        for (Map.Entry<String, JsonNode> candidate : candidates.properties()) {
            if (candidate.getValue().isNumber()) {
                top.put(candidate.getKey(), candidate.getValue().doubleValue());
            }
        }
        return top;
    }
}
