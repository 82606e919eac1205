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
    private static final String HOOK_NAME = "hook_name";
    private static final String HOOK_NAME_OUT = "hook_name_out";
    /** The Hugging Face module whose name gave the site, an extension of the SAELens format. */
    private static final String HOOK_MODULE = "hook_module";
    /** Used only for lists of sites, an extension of the SAELens format. */
    private static final String HOOK_WIDTHS = "hook_widths";

    private static final String HOOK_WIDTHS_OUT = "hook_widths_out";
    private static final String CONTEXT_SIZE = "context_size";
    private static final String PREPEND_BOS = "prepend_bos";
    private static final String DATASET_PATH = "dataset_path";
    private static final String EXCLUDE_SPECIAL_TOKENS = "exclude_special_tokens";
    private static final String SEQPOS_SLICE = "seqpos_slice";
    /** An extension of the SAELens format. */
    private static final String LARGEST_NORMS = "largest_norms";

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
     * Splits site names joined by commas, the format of early Assay versions: the read and the predicted site of a transcoder, or the
     * concatenated sites of an autoencoder.
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

    private static InvalidInputException noSite() {
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
     * Returns the sites with their columns.
     *
     * @param dIn the width of the input
     * @param dOut the width of the reconstruction
     * @param transcodes whether the reconstruction belongs to other sites than the input
     * @return the sites, without written sites for a transcoder without a recorded target
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
            // Early files record no widths; equal widths are the only possible inference.
            names.forEach(name -> widths.add(width / names.size()));
        }
        List<Sites.Span> spans = Sites.spans(names, widths);
        int sum = widths.stream().mapToInt(Integer::intValue).sum();
        if (!names.isEmpty() && sum != width) {
            throw new InvalidInputException("the dictionary's cfg.json has the widths " + widths + " (metadata."
                    + widthsField + ") for the sites " + String.join(", ", names) + " (metadata." + field
                    + "), expected widths with the sum " + width);
        }
        return spans;
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
     */
    public OptionalInt contextSize() {
        JsonNode value = fields.path(CONTEXT_SIZE);
        return value.isInt() ? OptionalInt.of(value.intValue()) : OptionalInt.empty();
    }

    /**
     * Returns whether training contexts started with a BOS token.
     *
     * @return true unless the file contains {@code false}
     */
    public boolean prependBos() {
        return fields.path(PREPEND_BOS).asBoolean(true);
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
     * @return false unless the file contains {@code true}
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
