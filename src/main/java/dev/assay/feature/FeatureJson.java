package dev.assay.feature;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.feature.prompt.PromptFeature;
import dev.assay.feature.prompt.PromptReport;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.store.FeatureStats;
import dev.assay.io.Json;
import java.util.Locale;
import java.util.Map;

/**
 * Converts reports to JSON objects, whose fields are named after the record components. Undefined numbers are null, since JSON has no
 * NaN.
 */
public final class FeatureJson {
    private FeatureJson() {}

    /**
     * Converts the report of a feature.
     *
     * @param report the report
     * @return a JSON object
     */
    public static ObjectNode of(FeatureReport report) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("latent", report.latent());
        ObjectNode stats = node.putObject("stats");
        stats.put("density", report.stats().density());
        stats.setAll((ObjectNode) Json.mapper().valueToTree(report.stats()));
        stats.set("shares", Json.mapper().valueToTree(FeatureStats.SHARES));
        stats.remove("dead");
        put(node, "histogram", report.histogram());
        put(node, "topExamples", report.topExamples());
        put(node, "groups", report.groups());
        put(node, "topLogits", report.topLogits());
        put(node, "bottomLogits", report.bottomLogits());
        put(node, "logits", report.logits().orElse(null));
        put(node, "neighbours", report.neighbours());
        put(node, "cofiring", report.cofiring());
        put(node, "effects", report.effects());
        put(node, "labels", report.labels());
        put(node, "explanations", report.explanations());
        withoutNaN(node);
        return node;
    }

    /**
     * Converts the features of a prompt.
     *
     * @param report the report
     * @return a JSON object
     */
    public static ObjectNode of(PromptReport report) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("summary", report.summary());
        node.put("ranking", report.options().ranking().name().toLowerCase(Locale.ROOT));
        node.put("metric", report.metric().isPresent() ? report.metric().getAsDouble() : null);
        node.put("active", report.active());
        node.put("ablated", report.ablated().isPresent() ? report.ablated().getAsInt() : null);
        put(node, "tokens", report.tokens());
        ArrayNode features = node.putArray("features");
        for (PromptFeature feature : report.features()) {
            ObjectNode one = Json.mapper().valueToTree(feature);
            features.add(one.put("activation", feature.activation()));
        }
        withoutNaN(node);
        return node;
    }

    private static void put(ObjectNode node, String name, Object value) {
        node.set(name, Json.mapper().valueToTree(value));
    }

    private static void withoutNaN(ContainerNode<?> node) {
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                if (isUndefined(field.getValue())) {
                    field.setValue(NullNode.getInstance());
                } else if (field.getValue() instanceof ContainerNode<?> inner) {
                    withoutNaN(inner);
                }
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                if (isUndefined(array.get(i))) {
                    array.setNull(i);
                } else if (array.get(i) instanceof ContainerNode<?> inner) {
                    withoutNaN(inner);
                }
            }
        }
    }

    private static boolean isUndefined(JsonNode node) {
        return node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue());
    }
}
