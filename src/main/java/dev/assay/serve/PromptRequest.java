package dev.assay.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.feature.prompt.PromptRanking;
import java.util.Locale;
import java.util.Set;

/**
 * A request for the features of a prompt.
 *
 * @param text the prompt
 * @param ranking the ranking of the features
 * @param count the number of features, over the prompt and at each token
 */
record PromptRequest(String text, PromptRanking ranking, int count) {
    private static final Set<String> FIELDS = Set.of("text", "ranking", "count");
    private static final int USUAL_COUNT = 12;
    private static final int LARGEST_COUNT = 100;

    /** Reads a request. Ranking and count are optional. */
    static PromptRequest of(ObjectNode body) throws HttpError {
        for (String field : (Iterable<String>) body::fieldNames) {
            if (!FIELDS.contains(field)) {
                throw new HttpError(400, "unknown field \"" + field + "\", expected text, ranking or count");
            }
        }
        JsonNode text = body.path("text");
        if (!text.isTextual() || text.textValue().isEmpty()) {
            throw new HttpError(400, "expected the field \"text\" to be a prompt");
        }
        return new PromptRequest(text.textValue(), ranking(body), count(body));
    }

    private static PromptRanking ranking(ObjectNode body) throws HttpError {
        String name = body.path("ranking").asText("activation");
        for (PromptRanking ranking : PromptRanking.values()) {
            if (ranking.name().toLowerCase(Locale.ROOT).equals(name)) {
                return ranking;
            }
        }
        throw new HttpError(400, "ranking is \"" + name + "\", expected activation, quantile, attribution or effect");
    }

    private static int count(ObjectNode body) throws HttpError {
        JsonNode count = body.path("count");
        if (count.isMissingNode()) {
            return USUAL_COUNT;
        }
        if (!count.canConvertToExactIntegral() || count.asInt() < 1 || count.asInt() > LARGEST_COUNT) {
            throw new HttpError(400, "count is " + count + ", expected 1 to " + LARGEST_COUNT);
        }
        return count.asInt();
    }
}
