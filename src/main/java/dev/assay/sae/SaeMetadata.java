package dev.assay.sae;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Provenance of a dictionary: the object {@code metadata} of {@code cfg.json}. Unknown fields are preserved when a dictionary is loaded and
 * saved. Immutable.
 */
public final class SaeMetadata {
    private static final String MODEL_NAME = "model_name";
    static final String HOOK_NAME = "hook_name";
    static final String HOOK_NAME_OUT = "hook_name_out";
    /** The Hugging Face module whose name gave the site, an extension of the SAELens format. */
    private static final String HOOK_MODULE = "hook_module";
    /** Used only for lists of sites, an extension of the SAELens format. */
    static final String HOOK_WIDTHS = "hook_widths";

    static final String HOOK_WIDTHS_OUT = "hook_widths_out";
    private static final String CONTEXT_SIZE = "context_size";
    private static final String PREPEND_BOS = "prepend_bos";
    private static final String DATASET_PATH = "dataset_path";
    private static final String EXCLUDE_SPECIAL_TOKENS = "exclude_special_tokens";
    private static final String SEQPOS_SLICE = "seqpos_slice";
    /** An extension of the SAELens format. */
    private static final String LARGEST_NORMS = "largest_norms";

    private static final String HEAD = "hook_head_index";
    private static final String HEAD_OUT = "hook_head_index_out";

    private final ObjectNode fields;
    /** Unknown top-level fields of {@code cfg.json}. */
    private final ObjectNode otherFields;

    private SaeMetadata(ObjectNode fields, ObjectNode otherFields) {
        this.fields = fields;
        this.otherFields = otherFields;
    }

    static SaeMetadata of(ObjectNode fields, ObjectNode otherFields) {
        return new SaeMetadata(fields.deepCopy(), otherFields.deepCopy());
    }

    /**
     * Creates a builder without fields.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder(JsonNodeFactory.instance.objectNode(), JsonNodeFactory.instance.objectNode());
    }

    /**
     * Creates a builder with the fields of this object.
     *
     * @return a builder
     */
    public Builder toBuilder() {
        return new Builder(fields.deepCopy(), otherFields.deepCopy());
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
     * Returns the site that the dictionary reads.
     *
     * @return a hook point's name, such as {@code blocks.3.hook_resid_post}; empty if the file names none or several
     */
    public Optional<String> hookName() {
        List<String> names = texts(HOOK_NAME);
        return names.size() == 1 ? Optional.of(names.get(0)) : Optional.empty();
    }

    /**
     * Returns the only site that the dictionary reads.
     *
     * @return a hook point's name
     * @throws InvalidInputException if the file names none or several
     */
    public String requiredHookName() {
        List<String> names = texts(HOOK_NAME);
        if (names.size() > 1) {
            throw new InvalidInputException(
                    "the dictionary reads " + names.size() + " sites (" + String.join(", ", names) + "), expected one");
        }
        return hookName().orElseThrow(SaeMetadata::noSite);
    }

    static InvalidInputException noSite() {
        return new InvalidInputException(
                "the dictionary's cfg.json names no site (metadata.hook_name), expected a hook point such as"
                        + " blocks.2.hook_resid_post");
    }

    /**
     * Returns the sites that the dictionary reads.
     *
     * @return hook points' names in the order of the columns; empty if the file names none
     */
    public List<String> hookNames() {
        return texts(HOOK_NAME);
    }

    /**
     * Returns the Hugging Face module whose output the site is.
     *
     * @return such as {@code layers.2.mlp}; empty if the site was not named by a module
     */
    public Optional<String> hookModule() {
        return text(HOOK_MODULE);
    }

    /**
     * Returns the sites that a transcoder predicts.
     *
     * @return hook points' names in the order of the columns; empty if the file names none, as for every autoencoder
     */
    public List<String> hookNamesOut() {
        return texts(HOOK_NAME_OUT);
    }

    /**
     * Returns the dataset of the training activations.
     *
     * @return its name
     */
    public Optional<String> datasetPath() {
        return text(DATASET_PATH);
    }

    /**
     * Returns the context length in training.
     *
     * @return the length in tokens, empty if not recorded
     * @throws InvalidInputException if the file contains something else than a positive integer
     */
    public OptionalInt contextSize() {
        OptionalInt size = integer(CONTEXT_SIZE, "a number of tokens, at least 1");
        if (size.isPresent() && size.getAsInt() == 0) {
            throw unexpected(CONTEXT_SIZE, "a number of tokens, at least 1");
        }
        return size;
    }

    /**
     * Returns whether training contexts started with a BOS token.
     *
     * @return true unless the file contains {@code false}
     * @throws InvalidInputException if the file contains something else than a truth value
     */
    public boolean prependBos() {
        JsonNode value = fields.path(PREPEND_BOS);
        if (!isAbsent(value) && !value.isBoolean()) {
            throw unexpected(PREPEND_BOS, "true or false");
        }
        return value.asBoolean(true);
    }

    /**
     * Returns what the file says about BOS at the start of training contexts.
     *
     * @return whether BOS was prepended; empty if the file does not say
     */
    public Optional<Boolean> statedPrependBos() {
        JsonNode value = fields.path(PREPEND_BOS);
        return value.isBoolean() ? Optional.of(value.booleanValue()) : Optional.empty();
    }

    /**
     * Returns whether special tokens were excluded from training. Such a dictionary should not be applied to special tokens.
     *
     * @return false unless the file contains {@code true}; false for a list of tokens
     */
    public boolean excludesSpecialTokens() {
        return fields.path(EXCLUDE_SPECIAL_TOKENS).asBoolean(false);
    }

    /**
     * Returns the positions of a context that the dictionary was trained on, {@code seqpos_slice} of SAELens.
     *
     * @return all positions if the file has no such field
     * @throws InvalidInputException if the field is not a slice
     */
    public PositionSlice positions() {
        return PositionSlice.of(fields.path(SEQPOS_SLICE));
    }

    /**
     * Returns the norms above which activations were left out of training. Such a dictionary should not be applied to them.
     *
     * @return by the name of a site that is read; empty without bounds
     */
    public Map<String, Double> largestNorms() {
        Map<String, Double> norms = new TreeMap<>();
        fields.path(LARGEST_NORMS)
                .properties()
                .forEach(norm -> norms.put(norm.getKey(), norm.getValue().asDouble(Double.POSITIVE_INFINITY)));
        return norms;
    }

    /**
     * Returns the tokens that were excluded from training. The dictionary should not be applied to them.
     *
     * @return special tokens, listed tokens, or none
     * @throws InvalidInputException if the file contains something else than a truth value or a list of token ids
     */
    public TokenExclusion excludedTokens() {
        return TokenExclusion.read(EXCLUDE_SPECIAL_TOKENS, fields.path(EXCLUDE_SPECIAL_TOKENS));
    }

    /**
     * Returns the head whose activations the dictionary reads, and writes unless it is a transcoder.
     *
     * @return the index of the head, empty for all heads or a site without heads
     * @throws InvalidInputException if the file contains something else than an index
     */
    public OptionalInt head() {
        return integer(HEAD, "the index of a head");
    }

    /**
     * Returns the head whose activations a transcoder predicts.
     *
     * @return the index of the head, empty for all heads or a site without heads
     * @throws InvalidInputException if the file contains something else than an index
     */
    public OptionalInt headOut() {
        return integer(HEAD_OUT, "the index of a head");
    }

    private OptionalInt integer(String field, String expected) {
        JsonNode value = fields.path(field);
        if (isAbsent(value)) {
            return OptionalInt.empty();
        }
        if (!value.isInt() || value.intValue() < 0) {
            throw unexpected(field, expected);
        }
        return OptionalInt.of(value.intValue());
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private InvalidInputException unexpected(String field, String expected) {
        return new InvalidInputException("the dictionary's cfg.json has metadata." + field + " " + fields.path(field)
                + ", expected " + expected);
    }

    /**
     * Returns a field by name.
     *
     * @param field its name in {@code metadata}
     * @return a copy of its value, empty if absent
     */
    public Optional<JsonNode> get(String field) {
        return Optional.ofNullable(fields.get(field)).map(JsonNode::deepCopy);
    }

    /** Returns the values of a field with a string or a list of strings. */
    private List<String> texts(String field) {
        JsonNode value = fields.path(field);
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        List<String> texts = new ArrayList<>();
        value.forEach(element -> texts.add(element.asText()));
        return List.copyOf(texts);
    }

    private Optional<String> text(String field) {
        return Optional.ofNullable(fields.path(field).textValue());
    }

    ObjectNode fields() {
        return fields.deepCopy();
    }

    ObjectNode otherFields() {
        return otherFields.deepCopy();
    }

    /** Builder of metadata. */
    public static final class Builder {
        private final ObjectNode fields;
        private final ObjectNode otherFields;

        private Builder(ObjectNode fields, ObjectNode otherFields) {
            this.fields = fields;
            this.otherFields = otherFields;
        }

        /**
         * Sets the model of the training activations.
         *
         * @param name a hub name or a path
         * @return this
         */
        public Builder modelName(String name) {
            return put(MODEL_NAME, name);
        }

        /**
         * Sets the site that the dictionary reads.
         *
         * @param name a hook point's name
         * @return this
         */
        public Builder hookName(String name) {
            return put(HOOK_NAME, name);
        }

        /**
         * Sets the Hugging Face module whose output the site is.
         *
         * @param module such as {@code layers.2.mlp}; empty for none
         * @return this
         */
        public Builder hookModule(String module) {
            fields.remove(HOOK_MODULE);
            return module.isEmpty() ? this : put(HOOK_MODULE, module);
        }

        /**
         * Sets the site that a transcoder predicts.
         *
         * @param name a hook point's name
         * @return this
         */
        public Builder hookNameOut(String name) {
            return put(HOOK_NAME_OUT, name);
        }

        /**
         * Sets all sites: {@code hook_name}, and for a transcoder {@code hook_name_out}, as strings, or as lists with {@code hook_widths}
         * for several sites.
         *
         * @param sites the sites
         * @return this
         */
        public Builder sites(Sites sites) {
            List.of(HOOK_NAME, HOOK_WIDTHS, HOOK_NAME_OUT, HOOK_WIDTHS_OUT).forEach(fields::remove);
            put(sites.reads(), HOOK_NAME, HOOK_WIDTHS);
            if (sites.transcodes()) {
                put(sites.writes(), HOOK_NAME_OUT, HOOK_WIDTHS_OUT);
            }
            return this;
        }

        private void put(List<Sites.Span> spans, String field, String widthsField) {
            if (spans.size() == 1) {
                put(field, spans.get(0).name());
            } else if (spans.size() > 1) {
                put(field, spans.stream().map(Sites.Span::name).toList());
                put(widthsField, spans.stream().map(Sites.Span::width).toList());
            }
        }

        /**
         * Sets the dataset of the training activations.
         *
         * @param path its name
         * @return this
         */
        public Builder datasetPath(String path) {
            return put(DATASET_PATH, path);
        }

        /**
         * Sets the positions of a context that the dictionary was trained on.
         *
         * @param first the first of them
         * @return this
         */
        public Builder positionsFrom(int first) {
            fields.putArray(SEQPOS_SLICE).add(first).addNull();
            return this;
        }

        /**
         * Sets the norms above which activations were left out of training.
         *
         * @param norms by the name of a site that is read
         * @return this
         */
        public Builder largestNorms(Map<String, Double> norms) {
            return put(LARGEST_NORMS, norms);
        }

        /**
         * Sets the context length in training.
         *
         * @param tokens the length in tokens
         * @return this
         */
        public Builder contextSize(int tokens) {
            return put(CONTEXT_SIZE, tokens);
        }

        /**
         * Sets whether training contexts start with a BOS token.
         *
         * @param prepend whether they do
         * @return this
         */
        public Builder prependBos(boolean prepend) {
            return put(PREPEND_BOS, prepend);
        }

        /**
         * Sets a field by name.
         *
         * @param field its name in {@code metadata}
         * @param value any value that Jackson can serialize
         * @return this
         */
        public Builder put(String field, Object value) {
            fields.set(field, Json.mapper().valueToTree(value));
            return this;
        }

        /**
         * Builds the metadata.
         *
         * @return the metadata
         */
        public SaeMetadata build() {
            return SaeMetadata.of(fields, otherFields);
        }
    }
}
