package dev.assay.explain.llm;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** Builds the bodies of requests to one server. */
final class ChatBody {
    private final String model;
    private final ServerProfile profile;
    private final Set<Ability> abilities;
    private final Set<String> omitted;
    private final int contextTokens;

    /**
     * Creates a builder.
     *
     * @param omitted fields that the server rejects
     * @param contextTokens size of the context; 0 if unknown
     */
    ChatBody(String model, ServerProfile profile, Set<Ability> abilities, Set<String> omitted, int contextTokens) {
        this.model = model;
        this.profile = profile;
        this.abilities = abilities;
        this.omitted = omitted;
        this.contextTokens = contextTokens;
    }

    /** Returns the body of {@code /chat/completions}. */
    ObjectNode chat(ChatRequest request) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", model);
        ArrayNode messages = body.putArray("messages");
        for (ChatMessage message : request.messages()) {
            messages.addObject().put("role", message.role().wireName()).put("content", message.content());
        }
        ChatRequest.Settings settings = request.settings();
        body.put(profile.tokenLimit(), settings.maxTokens());
        body.put("temperature", settings.temperature());
        // Stated, because some servers have other defaults for some models.
        body.put("top_p", 1);
        if (profile == ServerProfile.VLLM) {
            body.put("top_k", -1);
            body.put("repetition_penalty", 1);
        }
        body.put("seed", settings.seed());
        body.put("stream", false);
        if (settings.topLogProbabilities() > 0 && abilities.contains(Ability.LOG_PROBABILITIES)) {
            body.put("logprobs", true);
            body.put("top_logprobs", settings.topLogProbabilities());
        }
        if (request.format() instanceof AnswerFormat.JsonObjectOf json && abilities.contains(Ability.JSON_SCHEMA)) {
            ObjectNode format = body.putObject("response_format");
            format.put("type", "json_schema");
            ObjectNode schema = format.putObject("json_schema");
            schema.put("name", json.name());
            schema.put("strict", true);
            schema.set("schema", json.schema());
        }
        return finished(body);
    }

    /** Returns the body of {@code /completions} for the log-probabilities of a prompt. */
    ObjectNode echo(ScoreRequest request) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", model);
        body.put("prompt", request.text());
        body.put("echo", true);
        body.put("logprobs", request.topLogProbabilities());
        // Some servers reject 0; the generated token is ignored.
        body.put("max_tokens", 1);
        body.put("temperature", 0);
        body.put("stream", false);
        return finished(body);
    }

    private ObjectNode finished(ObjectNode body) {
        if (profile == ServerProfile.OLLAMA && contextTokens > 0) {
            body.putObject("options").put("num_ctx", contextTokens);
        }
        body.remove(omitted);
        return body;
    }
}
