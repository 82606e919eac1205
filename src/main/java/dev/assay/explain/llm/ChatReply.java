package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.explain.FailureKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Parses the response of {@code /chat/completions}. */
final class ChatReply {
    private ChatReply() {}

    /** Returns the tokens that a response states; none if it states none. */
    static TokenUsage usage(JsonNode body) {
        JsonNode usage = body.path("usage");
        return new TokenUsage(
                Math.max(0, usage.path("prompt_tokens").asLong(0)),
                Math.max(0, usage.path("completion_tokens").asLong(0)));
    }

    /**
     * Parses a response.
     *
     * @param server its address, for messages
     * @param format the form of the answer
     */
    static Answer<Completion> parse(String server, JsonNode body, AnswerFormat format, int tries) {
        JsonNode choice = body.path("choices").path(0);
        if (!choice.isObject()) {
            return Answer.failed(FailureKind.HTTP, server + " returned no choices, expected one");
        }
        JsonNode message = choice.path("message");
        String refusal = message.path("refusal").asText("");
        String end = choice.path("finish_reason").asText("");
        if (choice.path("error").isObject() || end.equals("error")) {
            String problem = choice.path("error").path("message").asText("");
            return Answer.failed(FailureKind.HTTP, server + " reports an error within the answer (" + problem + ")");
        }
        if (end.equals("content_filter")) {
            return Answer.failed(FailureKind.CONTENT_FILTER, server + " filtered the answer");
        }
        if (message.path("refusal").isTextual() && !refusal.isBlank()) {
            return Answer.failed(FailureKind.REFUSAL, "the model refused to answer (" + refusal.strip() + ")");
        }
        boolean start = format instanceof AnswerFormat.Start;
        String content = content(message.path("content"));
        String text = ReasoningText.removedFrom(content);
        if (start && text.isEmpty() && content.isBlank()) {
            text = content; // white space is an answer
        }
        if (end.equals("length") && (!start || text.isEmpty())) {
            return Answer.failed(FailureKind.TRUNCATED, "the answer reached the limit of tokens before its end");
        }
        if (text.isEmpty()) {
            return Answer.failed(FailureKind.UNPARSABLE, "the answer has no text, expected some");
        }
        return Answer.received(
                new Completion(text, tokens(choice.path("logprobs"), text), usage(body), servedBy(body), tries));
    }

    /** Returns the text of a message: a string, or a list of parts. */
    private static String content(JsonNode content) {
        if (!content.isArray()) {
            return content.isTextual() ? content.textValue() : "";
        }
        StringBuilder text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asText("")));
        return text.toString();
    }

    private static String servedBy(JsonNode body) {
        String model = body.path("model").asText("");
        String fingerprint = body.path("system_fingerprint").asText("");
        return body.path("system_fingerprint").isTextual() ? (model + " " + fingerprint).strip() : model;
    }

    /** Returns the tokens of the text. Log-probabilities can begin with the reasoning, which is not part of the text. */
    private static List<ScoredToken> tokens(JsonNode logProbabilities, String text) {
        List<ScoredToken> tokens = new ArrayList<>();
        for (JsonNode token : logProbabilities.path("content")) {
            if (!token.path("token").isTextual() || !token.path("logprob").isNumber()) {
                return List.of();
            }
            tokens.add(new ScoredToken(
                    token.path("token").textValue(), token.path("logprob").doubleValue(), top(token)));
        }
        return AnswerTokenList.of(tokens, text);
    }

    private static Map<String, Double> top(JsonNode token) {
        Map<String, Double> top = new HashMap<>();
        for (JsonNode candidate : token.path("top_logprobs")) {
            if (candidate.path("token").isTextual() && candidate.path("logprob").isNumber()) {
                top.merge(
                        candidate.path("token").textValue(),
                        candidate.path("logprob").doubleValue(),
                        ScoredToken::logSum);
            }
        }
        return top;
    }
}
