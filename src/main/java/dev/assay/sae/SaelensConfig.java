package dev.assay.sae;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;

/** The content of a SAELens {@code cfg.json}: a dictionary without its arrays. */
record SaelensConfig(int dIn, int dSae, int dOut, Architecture architecture, InputOptions input, SaeMetadata metadata) {
    /** The SAELens version of the written layout. Readers parse versions below 6 as the older, flat layout. */
    private static final String LAYOUT_VERSION = "6.18.0";

    private static final String D_IN = "d_in";
    private static final String D_SAE = "d_sae";
    static final String D_OUT = "d_out";
    private static final String DTYPE = "dtype";
    private static final String DEVICE = "device";
    private static final String ARCHITECTURE = "architecture";
    private static final String APPLY_B_DEC = "apply_b_dec_to_input";
    private static final String NORMALIZE = "normalize_activations";
    private static final String RESHAPE = "reshape_activations";
    private static final String METADATA = "metadata";
    private static final String VERSION = "sae_lens_version";
    private static final String JOIN_HEADS = "hook_z";

    /** The fields shared by all architectures. */
    static final Set<String> COMMON =
            Set.of(D_IN, D_SAE, DTYPE, DEVICE, ARCHITECTURE, APPLY_B_DEC, NORMALIZE, RESHAPE, METADATA);

    static SaelensConfig of(SparseAutoencoder sae) {
        return new SaelensConfig(sae.dIn(), sae.dSae(), sae.dOut(), sae.architecture(), sae.input(), sae.metadata());
    }

    /** Reads a configuration; {@code weights} contains the options that an architecture stores as tensors. */
    static SaelensConfig read(Path file, Safetensors weights) throws IOException {
        JsonObject cfg = JsonObject.read(file);
        if (cfg.has(METADATA)) {
            cfg.object(METADATA);
        }
        return parse(isFlat(cfg) ? JsonObject.of(file, FlatConfig.toNested(file, cfg.node())) : cfg, weights);
    }

    private static boolean isFlat(JsonObject cfg) {
        String inside = cfg.node().path(METADATA).path(VERSION).asText("");
        String version = cfg.text(VERSION, inside);
        int dot = version.indexOf('.');
        try {
            return Integer.parseInt(dot < 0 ? version : version.substring(0, dot)) < 6;
        } catch (NumberFormatException missing) {
            return true;
        }
    }

    private static SaelensConfig parse(JsonObject cfg, Safetensors weights) {
        int dIn = positive(cfg, D_IN);
        int dSae = positive(cfg, D_SAE);
        Architecture architecture = SaelensArchitectures.read(cfg, weights);
        try {
            architecture.check(dSae);
        } catch (InvalidInputException unsuitable) {
            throw new InvalidInputException(cfg.file() + ": " + unsuitable.getMessage(), unsuitable);
        }
        boolean transcodes = !architecture.reconstructsInput();
        ObjectNode otherFields = cfg.node().deepCopy();
        otherFields.remove(COMMON);
        otherFields.remove(architecture.options().keySet());
        if (transcodes) {
            otherFields.remove(D_OUT);
        }
        ObjectNode metadata = cfg.has(METADATA) ? cfg.object(METADATA).node() : JsonNodeFactory.instance.objectNode();
        SaeMetadata from = SaeMetadata.of(withoutJoinedNames(metadata, transcodes), otherFields);
        return new SaelensConfig(
                dIn,
                dSae,
                transcodes ? positive(cfg, D_OUT) : dIn,
                architecture,
                inputOptions(cfg, architecture),
                from);
    }

    /**
     * Splits site names joined by commas, the format of early Assay versions: the read and the predicted site of a transcoder, or the
     * concatenated sites of an autoencoder.
     */
    private static ObjectNode withoutJoinedNames(ObjectNode fields, boolean transcodes) {
        String joined = fields.path(SaeMetadata.HOOK_NAME).asText("");
        if (!joined.contains(",")) {
            return fields;
        }
        ObjectNode split = fields.deepCopy();
        String[] names = joined.split(",");
        if (transcodes && names.length == 2) {
            return split.put(SaeMetadata.HOOK_NAME, names[0]).put(SaeMetadata.HOOK_NAME_OUT, names[1]);
        }
        split.set(SaeMetadata.HOOK_NAME, Json.mapper().valueToTree(names));
        return split;
    }

    private static InputOptions inputOptions(JsonObject cfg, Architecture architecture) {
        ActivationNormalization normalization =
                ActivationNormalization.named(cfg.text(NORMALIZE, ActivationNormalization.NONE.id()));
        if (normalization == null) {
            throw cfg.unexpected(NORMALIZE, "one of " + ActivationNormalization.known());
        }
        String reshape = cfg.text(RESHAPE, "none");
        if (!reshape.equals("none") && !reshape.equals(JOIN_HEADS)) {
            throw cfg.unexpected(RESHAPE, "none or " + JOIN_HEADS);
        }
        boolean centres = cfg.bool(APPLY_B_DEC, architecture.reconstructsInput());
        if (centres && !architecture.reconstructsInput()) {
            throw cfg.unexpected(APPLY_B_DEC, "false, because the decoder bias of a transcoder belongs to its output");
        }
        return new InputOptions(normalization, centres, reshape.equals(JOIN_HEADS));
    }

    private static int positive(JsonObject cfg, String field) {
        int value = cfg.integer(field);
        if (value < 1) {
            throw cfg.unexpected(field, "at least 1");
        }
        return value;
    }

    /**
     * Returns whether SAELens has to join heads. It can only do so at {@code hook_z}: it refuses the option at any other site with heads,
     * whose activations its own store joins.
     */
    private boolean reshapes() {
        boolean refused = MetadataSites.joinsHeads(metadata)
                && !metadata.requiredHookName().endsWith("_z");
        return input.joinHeads() && metadata.head().isEmpty() && !refused;
    }

    ObjectNode toJson() {
        ObjectNode cfg = JsonNodeFactory.instance.objectNode();
        cfg.put(D_IN, dIn);
        cfg.put(D_SAE, dSae);
        if (!architecture.reconstructsInput()) {
            cfg.put(D_OUT, dOut);
        }
        cfg.put(DTYPE, "float32");
        cfg.put(DEVICE, "cpu");
        cfg.put(APPLY_B_DEC, input.subtractDecoderBias());
        cfg.put(NORMALIZE, input.normalization().id());
        cfg.put(RESHAPE, reshapes() ? JOIN_HEADS : "none");
        cfg.setAll(metadata.otherFields());
        new TreeMap<>(architecture.options()).forEach(cfg::putPOJO);
        cfg.put(ARCHITECTURE, architecture.id());
        ObjectNode fields = metadata.fields();
        if (!fields.path(VERSION).asText("").startsWith("6.")) {
            fields.put(VERSION, LAYOUT_VERSION);
        }
        cfg.set(METADATA, fields);
        return cfg;
    }
}
