package dev.assay.sae;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a dictionary comes from: the object {@code metadata} of {@code cfg.json}. Fields that Assay does not know are kept when
 * a dictionary is loaded and saved again. Immutable.
 */
public final class SaeMetadata {
    private static final String MODEL_NAME = "model_name";
    private static final String HOOK_NAME = "hook_name";
    private static final String HOOK_NAME_OUT = "hook_name_out";
    /** Only for lists of sites, which SAELens does not have. */
    private static final String HOOK_WIDTHS = "hook_widths";

    private static final String HOOK_WIDTHS_OUT = "hook_widths_out";
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
     * Replaces site names joined by commas, as early versions of Assay wrote them: of a transcoder the site that it reads and the one
     * that it predicts, of an autoencoder sites that are concatenated.
     */
    static ObjectNode withoutJoinedNames(ObjectNode fields, boolean transcodes) {
        String joined = fields.path(HOOK_NAME).asText("");
        if (!joined.contains(",")) {
            return fields;
        }
        ObjectNode split = fields.deepCopy();
        String[] names = joined.split(",");
        if (transcodes && names.length == 2) {
            return split.put(HOOK_NAME, names[0]).put(HOOK_NAME_OUT, names[1]);
        }
        split.set(HOOK_NAME, Json.mapper().valueToTree(names));
        return split;
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
     * Returns the site that the dictionary reads.
     *
     * @return a hook point's name, such as {@code blocks.3.hook_resid_post}; empty if the file names none or several
     */
    public Optional<String> hookName() {
        List<String> names = texts(HOOK_NAME);
        return names.size() == 1 ? Optional.of(names.get(0)) : Optional.empty();
    }

    /**
     * Returns the one site that the dictionary reads.
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

    private static InvalidInputException noSite() {
        return new InvalidInputException(
                "the dictionary's cfg.json names no site (metadata.hook_name), expected one such as"
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
     * Returns the sites that a transcoder predicts.
     *
     * @return hook points' names in the order of the columns; empty if the file names none, as for every autoencoder
     */
    public List<String> hookNamesOut() {
        return texts(HOOK_NAME_OUT);
    }

    /**
     * Returns the sites with their columns.
     *
     * @param dIn the width of what is encoded
     * @param dOut the width of the reconstruction
     * @param transcodes whether the reconstruction belongs to other sites than the input
     * @return the sites, without the written ones for a transcoder whose target is not recorded
     * @throws InvalidInputException if the file names no site, or widths that do not sum to d_in and d_out
     */
    Sites sites(int dIn, int dOut, boolean transcodes) {
        if (hookNames().isEmpty()) {
            throw noSite();
        }
        List<Sites.Span> reads = spans(HOOK_NAME, HOOK_WIDTHS, dIn);
        return new Sites(reads, transcodes ? spans(HOOK_NAME_OUT, HOOK_WIDTHS_OUT, dOut) : reads);
    }

    /** Returns the sites of a dictionary that reads a given site; a transcoder writes those of its metadata. */
    Sites sitesReading(String read, int dIn, int dOut, boolean transcodes) {
        Sites sites = Sites.of(read, dIn);
        return transcodes ? new Sites(sites.reads(), spans(HOOK_NAME_OUT, HOOK_WIDTHS_OUT, dOut)) : sites;
    }

    private List<Sites.Span> spans(String field, String widthsField, int width) {
        List<String> names = texts(field);
        List<Integer> widths = new ArrayList<>();
        fields.path(widthsField).forEach(value -> widths.add(value.intValue()));
        if (widths.isEmpty()) {
            // Files that were written before widths were recorded: equal widths are the only ones that can be inferred.
            names.forEach(name -> widths.add(width / names.size()));
        }
        List<Sites.Span> spans = Sites.spans(names, widths);
        int sum = widths.stream().mapToInt(Integer::intValue).sum();
        if (!names.isEmpty() && sum != width) {
            throw new InvalidInputException("the dictionary's cfg.json gives the sites " + String.join(", ", names)
                    + " (metadata." + field + ") the widths " + widths + " (metadata." + widthsField
                    + "), expected widths with the sum " + width);
        }
        return spans;
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

    /** Returns the texts of a field that holds a string or a list of strings. */
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
         * Sets the site that the dictionary reads.
         *
         * @param name a hook point's name
         * @return this
         */
        public Builder hookName(String name) {
            return put(HOOK_NAME, name);
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
         * Sets all sites: {@code hook_name}, and for a transcoder {@code hook_name_out}, as strings, or as lists with
         * {@code hook_widths} where there are several.
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
