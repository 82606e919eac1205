package dev.assay.model.internal.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.model.config.TransformerConfig;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What distinguishes one architecture of Hugging Face from another: its configuration keys and the names of its weights. */
public interface Family {
    /** The families there are. */
    List<Family> ALL = List.of(
            new GptNeoX(),
            new Gpt2(),
            new Llama(),
            new Mistral(),
            new Qwen2(),
            new Qwen3(),
            new Gemma2(),
            new Gemma3(),
            new Gemma3Multimodal(),
            new Phi());

    /** Returns the {@code model_type} of config.json. */
    String modelType();

    /** Reads a configuration, in its old or new spelling. */
    TransformerConfig read(ConfigFile file);

    /** Writes the entries of config.json that are particular to the family, in both spellings where they differ. */
    void write(TransformerConfig config, ObjectNode json);

    /** Returns where each parameter lies. */
    List<StoredWeight> weights(TransformerConfig config);

    /** Returns the spelling of a weight's name that a checkpoint uses. */
    default String nameIn(Set<String> names, String name) {
        return name;
    }

    /** Returns a name without its first part where a checkpoint leaves that out. */
    static String withOrWithout(String prefix, Set<String> names, String name) {
        boolean bare = !names.contains(name) && name.startsWith(prefix);
        return bare ? name.substring(prefix.length()) : name;
    }

    /** Returns the family that a config.json names. */
    static Family of(ConfigFile file) {
        Family family = find(file.json().text("model_type"), file.json().file() + ": model_type");
        String quantized = "quantization_config";
        file.expect(quantized, !file.json().has(quantized), "weights that are not quantised");
        return family;
    }

    /** Returns a family by its type; {@code origin} begins the message when there is none. */
    static Family find(String type, String origin) {
        for (Family family : ALL) {
            if (family.modelType().equals(type)) {
                return family;
            }
        }
        String known = ALL.stream().map(Family::modelType).collect(Collectors.joining(", "));
        throw new InvalidInputException(origin + " is \"" + type + "\", expected one of " + known);
    }
}
