package dev.assay.sae;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a dictionary comes from: the object {@code metadata} of {@code cfg.json}. Fields that Assay does not know are kept when
 * a dictionary is loaded and saved again. Immutable.
 */
public final class SaeMetadata {
    private static final String MODEL_NAME = "model_name";
    private static final String HOOK_NAME = "hook_name";
    private static final String CONTEXT_SIZE = "context_size";
    private static final String PREPEND_BOS = "prepend_bos";
    private static final String DATASET_PATH = "dataset_path";
    private static final String EXCLUDE_SPECIAL_TOKENS = "exclude_special_tokens";

    private final ObjectNode fields;
    /** Fields that stood beside {@code metadata} and that Assay does not know. */
    private final ObjectNode besides;

    private SaeMetadata(ObjectNode fields, ObjectNode besides) {
        this.fields = fields;
        this.besides = besides;
    }

    static SaeMetadata of(ObjectNode fields, ObjectNode besides) {
        return new SaeMetadata(fields.deepCopy(), besides.deepCopy());
    }

    /**
     * Starts with no fields.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder(JsonNodeFactory.instance.objectNode(), JsonNodeFactory.instance.objectNode());
    }

    /**
     * Starts with these fields.
     *
     * @return a builder
     */
    public Builder toBuilder() {
        return new Builder(fields.deepCopy(), besides.deepCopy());
    }

    /**
     * Returns the model whose activations the dictionary was trained on.
     *
     * @return a hub name or a path
     */
    public Optional<String> modelName() {
        return text(MODEL_NAME);
    }

    /**
     * Returns the site that the activations are from.
     *
     * @return a hook point's name, such as {@code blocks.3.hook_resid_post}
     */
    public Optional<String> hookName() {
        return text(HOOK_NAME);
    }

    /**
     * Returns the site that the activations are from, for whoever cannot go on without it.
     *
     * @return a hook point's name
     * @throws InvalidInputException when the metadata name none
     */
    public String requiredHookName() {
        return hookName()
                .orElseThrow(() -> new InvalidInputException(
                        "the dictionary's cfg.json names no site (metadata.hook_name), expected one such as"
                                + " blocks.2.hook_resid_post"));
    }

    /**
     * Returns the text that the dictionary was trained on.
     *
     * @return its name
     */
    public Optional<String> datasetPath() {
        return text(DATASET_PATH);
    }

    /**
     * Returns the length of the contexts in training.
     *
     * @return tokens
     */
    public OptionalInt contextSize() {
        JsonNode value = fields.path(CONTEXT_SIZE);
        return value.isInt() ? OptionalInt.of(value.intValue()) : OptionalInt.empty();
    }

    /**
     * Tells whether contexts began with the token that begins a text.
     *
     * @return true unless the file says no
     */
    public boolean prependBos() {
        return fields.path(PREPEND_BOS).asBoolean(true);
    }

    /**
     * Tells whether special tokens were left out in training, so that the dictionary is not for them.
     *
     * @return false unless the file says yes
     */
    public boolean excludesSpecialTokens() {
        return fields.path(EXCLUDE_SPECIAL_TOKENS).asBoolean(false);
    }

    /**
     * Returns any field.
     *
     * @param field its name in {@code metadata}
     * @return a copy of its value
     */
    public Optional<JsonNode> get(String field) {
        return Optional.ofNullable(fields.get(field)).map(JsonNode::deepCopy);
    }

    private Optional<String> text(String field) {
        return Optional.ofNullable(fields.path(field).textValue());
    }

    ObjectNode fields() {
        return fields.deepCopy();
    }

    ObjectNode besides() {
        return besides.deepCopy();
    }

    /** Collects fields. */
    public static final class Builder {
        private final ObjectNode fields;
        private final ObjectNode besides;

        private Builder(ObjectNode fields, ObjectNode besides) {
            this.fields = fields;
            this.besides = besides;
        }

        /**
         * Sets the model whose activations the dictionary is of.
         *
         * @param name a hub name or a path
         * @return this
         */
        public Builder modelName(String name) {
            return put(MODEL_NAME, name);
        }

        /**
         * Sets the site that the activations are from.
         *
         * @param name a hook point's name
         * @return this
         */
        public Builder hookName(String name) {
            return put(HOOK_NAME, name);
        }

        /**
         * Sets the text that the activations are from.
         *
         * @param path its name
         * @return this
         */
        public Builder datasetPath(String path) {
            return put(DATASET_PATH, path);
        }

        /**
         * Sets the length of the contexts in training.
         *
         * @param tokens the length
         * @return this
         */
        public Builder contextSize(int tokens) {
            return put(CONTEXT_SIZE, tokens);
        }

        /**
         * Sets whether contexts begin with the token that begins a text.
         *
         * @param prepend true if they do
         * @return this
         */
        public Builder prependBos(boolean prepend) {
            return put(PREPEND_BOS, prepend);
        }

        /**
         * Sets any field.
         *
         * @param field its name in {@code metadata}
         * @param value anything that Jackson turns into JSON
         * @return this
         */
        public Builder put(String field, Object value) {
            fields.set(field, Json.mapper().valueToTree(value));
            return this;
        }

        /**
         * Ends.
         *
         * @return the metadata
         */
        public SaeMetadata build() {
            return SaeMetadata.of(fields, besides);
        }
    }
}
