package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.explain.FailureKind;
import dev.assay.io.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Converts answers to JSON and back, for the cache. */
final class AnswerJson {
    private AnswerJson() {}

    static <T> ObjectNode of(Answer<T> answer, Function<T, ObjectNode> value) {
        if (answer instanceof Answer.Received<T> received) {
            return value.apply(received.value());
        }
        Answer.Failed<T> failed = (Answer.Failed<T>) answer;
        return JsonNodeFactory.instance
                .objectNode()
                .put("failure", failed.kind().name())
                .put("reason", failed.reason());
    }

    static <T> Answer<T> parse(JsonObject json, Function<JsonObject, T> value) {
        if (!json.has("failure")) {
            return Answer.received(value.apply(json));
        }
        for (FailureKind kind : FailureKind.values()) {
            if (kind.name().equals(json.text("failure"))) {
                return Answer.failed(kind, json.text("reason"));
            }
        }
        throw json.unexpected("failure", "a kind of failure");
    }

    static ObjectNode completion(Completion completion) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("text", completion.text());
        ArrayNode tokens = json.putArray("tokens");
        completion.tokens().forEach(token -> tokens.add(token(token)));
        usage(json, completion.usage());
        json.put("servedBy", completion.servedBy());
        return json.put("tries", completion.tries());
    }

    static Completion completion(JsonObject json) {
        List<ScoredToken> tokens =
                json.objects("tokens").stream().map(AnswerJson::token).toList();
        return new Completion(json.text("text"), tokens, usage(json), json.text("servedBy"), json.positive("tries"));
    }

    static ObjectNode prompt(PromptLogProbabilities scored) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode tokens = json.putArray("tokens");
        for (PromptLogProbabilities.PromptToken token : scored.tokens()) {
            tokens.add(token(token.scored()).put("start", token.start()));
        }
        usage(json, scored.usage());
        return json;
    }

    static PromptLogProbabilities prompt(JsonObject json) {
        List<PromptLogProbabilities.PromptToken> tokens = new ArrayList<>();
        for (JsonObject token : json.objects("tokens")) {
            tokens.add(new PromptLogProbabilities.PromptToken(token.integer("start"), token(token)));
        }
        return new PromptLogProbabilities(tokens, usage(json));
    }

    private static ObjectNode token(ScoredToken token) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("token", token.text()).put("logProbability", token.logProbability());
        ObjectNode top = json.putObject("top");
        new TreeMap<>(token.top()).forEach(top::put);
        return json;
    }

    private static ScoredToken token(JsonObject json) {
        Map<String, Double> top = new HashMap<>();
        for (Map.Entry<String, JsonNode> candidate : json.object("top").node().properties()) {
            top.put(candidate.getKey(), candidate.getValue().doubleValue());
        }
        return new ScoredToken(json.text("token"), json.number("logProbability"), top);
    }

    private static void usage(ObjectNode json, TokenUsage usage) {
        json.put("promptTokens", usage.promptTokens()).put("completionTokens", usage.completionTokens());
    }

    private static TokenUsage usage(JsonObject json) {
        return new TokenUsage(json.count("promptTokens"), json.count("completionTokens"));
    }
}
