package dev.assay.sae;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Converts the flat {@code cfg.json} of SAELens 2 to 5 to the layout of version 6, where every field that is not needed for the computation
 * is nested under {@code metadata}.
 */
final class FlatConfig {
    private static final Map<String, String> RENAMED = Map.of(
            "hook_point", "hook_name",
            "hook_point_layer", "hook_layer",
            "hook_point_head_index", "hook_head_index");
    private static final List<String> COMPUTATION = List.of("k", TopK.RESCALE, SaelensConfig.D_OUT);

    /** The names of activation functions, and the null of Python's None. */
    private static final Set<String> FUNCTIONS = Set.of("", "null", "relu", TopK.ID);

    private FlatConfig() {}

    /** Converts the content of a file, whose path is for error messages. */
    static ObjectNode toNested(Path file, ObjectNode flat) {
        ObjectNode cfg = flat.deepCopy();
        ObjectNode metadata = cfg.withObjectProperty("metadata");
        for (String field : fieldNames(cfg)) {
            if (!SaelensConfig.COMMON.contains(field) && !COMPUTATION.contains(field)) {
                metadata.set(RENAMED.getOrDefault(field, field), cfg.remove(field));
            }
        }
        setArchitecture(file, cfg, metadata);
        setPositions(metadata);
        // Early versions stored a boolean here instead of a name.
        JsonNode normalize = cfg.path("normalize_activations");
        if (normalize.isBoolean()) {
            ActivationNormalization named = normalize.booleanValue()
                    ? ActivationNormalization.EXPECTED_AVERAGE_ONLY_IN
                    : ActivationNormalization.NONE;
            cfg.put("normalize_activations", named.id());
        }
        if (!cfg.has("reshape_activations")
                && metadata.path("hook_name").asText("").contains("hook_z")) {
            cfg.put("reshape_activations", "hook_z");
        }
        return cfg;
    }

    /** Sets the architecture. Early versions named the activation function in a separate field. */
    private static void setArchitecture(Path file, ObjectNode cfg, ObjectNode metadata) {
        String function = metadata.path("activation_fn_str")
                .asText(metadata.path("activation_fn").asText(""));
        if (!FUNCTIONS.contains(function)) {
            throw new InvalidInputException(file + ": activation_fn is \"" + function + "\", expected relu or topk");
        }
        if (function.equals(TopK.ID)) {
            cfg.put("architecture", TopK.ID);
        } else if (!cfg.hasNonNull("architecture")) {
            cfg.put("architecture", Standard.ID);
        }
        JsonNode k = metadata.path("activation_fn_kwargs").path("k");
        if (!cfg.has("k") && !k.isMissingNode()) {
            cfg.set("k", k);
        }
    }

    /** Sets the slice of positions. Version 3 stored how many positions are left out at the start and at the end of a context. */
    private static void setPositions(ObjectNode metadata) {
        int start = metadata.path("start_pos_offset").asInt(0);
        int end = metadata.path("end_pos_offset").asInt(0);
        if (metadata.path("seqpos_slice").isMissingNode() && (start > 0 || end > 0)) {
            ArrayNode slice = metadata.putArray("seqpos_slice").add(start);
            if (end > 0) {
                slice.add(-end);
            } else {
                slice.addNull();
            }
        }
    }

    private static List<String> fieldNames(ObjectNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
