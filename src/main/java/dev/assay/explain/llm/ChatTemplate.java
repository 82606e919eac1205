package dev.assay.explain.llm;

import dev.assay.InvalidInputException;
import java.util.List;
import java.util.Map;

/**
 * The text form of a conversation for a model without a server. An answer begins after the start of a message of the assistant and ends at
 * the stop text or at the end-of-sequence token.
 *
 * @param name a short name for the provenance
 * @param before the text before the content of a message, for each role
 * @param after the text after the content of a message
 * @param stop the text that ends an answer
 */
public record ChatTemplate(String name, Map<ChatMessage.Role, String> before, String after, String stop) {
    /** Plain text for models that were not trained on conversations. */
    public static final ChatTemplate PLAIN = new ChatTemplate(
            "plain",
            Map.of(
                    ChatMessage.Role.SYSTEM, "",
                    ChatMessage.Role.USER, "Question: ",
                    ChatMessage.Role.ASSISTANT, "Answer:"),
            "\n\n",
            "\n\n");

    /** ChatML, as in Qwen. */
    public static final ChatTemplate CHATML = new ChatTemplate(
            "chatml",
            Map.of(
                    ChatMessage.Role.SYSTEM, "<|im_start|>system\n",
                    ChatMessage.Role.USER, "<|im_start|>user\n",
                    ChatMessage.Role.ASSISTANT, "<|im_start|>assistant\n"),
            "<|im_end|>\n",
            "<|im_end|>");

    /** The template of Llama 3. */
    public static final ChatTemplate LLAMA3 = new ChatTemplate(
            "llama3",
            Map.of(
                    ChatMessage.Role.SYSTEM, "<|start_header_id|>system<|end_header_id|>\n\n",
                    ChatMessage.Role.USER, "<|start_header_id|>user<|end_header_id|>\n\n",
                    ChatMessage.Role.ASSISTANT, "<|start_header_id|>assistant<|end_header_id|>\n\n"),
            "<|eot_id|>",
            "<|eot_id|>");

    /** Copies the map and checks that every role has a text. */
    public ChatTemplate {
        before = Map.copyOf(before);
        InvalidInputException.require(
                before.size() == ChatMessage.Role.values().length,
                () -> "the chat template \"" + name + "\" lacks a role, expected a text for each");
        InvalidInputException.require(
                !stop.isEmpty(), () -> "the chat template \"" + name + "\" has no stop text, expected one");
    }

    /**
     * Writes a conversation up to the start of the next answer.
     *
     * @param messages the conversation
     * @return the prompt
     */
    public String prompt(List<ChatMessage> messages) {
        StringBuilder prompt = new StringBuilder();
        for (ChatMessage message : messages) {
            prompt.append(before.get(message.role())).append(message.content()).append(after);
        }
        return prompt.append(before.get(ChatMessage.Role.ASSISTANT)).toString();
    }
}
