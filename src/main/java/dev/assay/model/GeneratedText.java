package dev.assay.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import java.util.List;

/**
 * A prompt with its continuation.
 *
 * @param prompt the prompt
 * @param promptTokens the number of tokens of the prompt, including BOS
 * @param text the continuation, without EOS
 * @param tokens the tokens of the continuation; the last one is EOS if the model ended the text
 * @param ended whether the model ended the text with EOS
 */
public record GeneratedText(String prompt, int promptTokens, String text, List<GeneratedToken> tokens, boolean ended) {
    /** Copies the list. */
    public GeneratedText {
        tokens = List.copyOf(tokens);
    }

    /** {@return the prompt followed by its continuation} */
    @Override
    public String toString() {
        return prompt + text;
    }

    /** {@return the fields as a JSON object} */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("prompt", prompt);
        json.put("prompt_tokens", promptTokens);
        json.put("text", text);
        json.put("ended", ended);
        ArrayNode array = json.putArray("tokens");
        for (GeneratedToken token : tokens) {
            array.addObject()
                    .put("id", token.id())
                    .put("text", token.text())
                    .put("log_probability", token.logProbability());
        }
        return json;
    }
}
