package dev.assay.provenance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tokens whose activations were left out, in addition to special tokens.
 *
 * @param firstPositions the number of positions at the start of each context, a BOS token counted
 * @param largestNorms by the name of a site, the norm above which a token is left out; empty for no bound
 */
public record LeftOutTokens(int firstPositions, Map<String, Double> largestNorms) implements Serializable {
    /** No tokens. */
    public static final LeftOutTokens NONE = new LeftOutTokens(0, Map.of());

    private static final String FIRST_POSITIONS = "first_positions";
    private static final String LARGEST_NORMS = "largest_norms";

    /** Checks the range and sorts the sites. */
    public LeftOutTokens {
        InvalidInputException.requireAtLeast(0, "the number of first positions to leave out", firstPositions);
        largestNorms = new TreeMap<>(largestNorms);
    }

    /**
     * Returns a copy that leaves out other positions.
     *
     * @param count the number of positions at the start of each context
     * @return the copy
     */
    public LeftOutTokens withFirstPositions(int count) {
        return new LeftOutTokens(count, largestNorms);
    }

    /**
     * Returns a copy with other bounds.
     *
     * @param norms by the name of a site
     * @return the copy
     */
    public LeftOutTokens withLargestNorms(Map<String, Double> norms) {
        return new LeftOutTokens(firstPositions, norms);
    }

    /** {@return whether no tokens are left out} */
    public boolean isEmpty() {
        return firstPositions == 0 && largestNorms.isEmpty();
    }

    ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode().put(FIRST_POSITIONS, firstPositions);
        ObjectNode norms = json.putObject(LARGEST_NORMS);
        largestNorms.forEach(norms::put);
        return json;
    }

    static LeftOutTokens read(JsonObject json) {
        Map<String, Double> norms = new TreeMap<>();
        json.object(LARGEST_NORMS).node().properties().forEach(norm -> {
            if (!norm.getValue().isNumber()) {
                throw json.unexpected(LARGEST_NORMS, "an object of numbers");
            }
            norms.put(norm.getKey(), norm.getValue().doubleValue());
        });
        return new LeftOutTokens(json.integer(FIRST_POSITIONS), norms);
    }
}
