package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Sha256;

/** The identity of a request in a cache: the SHA-256 of the model, the messages, the sampling and the schema. */
final class RequestKey {
    private RequestKey() {}

    /** Returns a request as JSON with a fixed order of the fields. */
    static ObjectNode json(String model, ChatRequest request) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("kind", "chat");
        json.put("model", model);
        ArrayNode messages = json.putArray("messages");
        for (ChatMessage message : request.messages()) {
            messages.addObject().put("role", message.role().wireName()).put("content", message.content());
        }
        ChatRequest.Settings settings = request.settings();
        json.put("maxTokens", settings.maxTokens());
        json.put("temperature", settings.temperature());
        json.put("seed", settings.seed());
        json.put("topLogProbabilities", settings.topLogProbabilities());
        if (request.format() instanceof AnswerFormat.Start) {
            json.put("format", "start");
        }
        if (request.format() instanceof AnswerFormat.JsonObjectOf format) {
            json.put("schemaName", format.name());
            json.set("schema", format.schema());
        }
        return json;
    }

    /** Returns a request as JSON with a fixed order of the fields. */
    static ObjectNode json(String model, ScoreRequest request) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("kind", "score");
        json.put("model", model);
        json.put("text", request.text());
        json.put("topLogProbabilities", request.topLogProbabilities());
        return json;
    }

    /** Returns the key of a request. */
    static String of(ObjectNode request) {
        return new Sha256().add(request.toString()).hex();
    }
}
