package dev.assay.explain.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.explain.llm.CostEstimate;
import dev.assay.io.Json;
import java.time.Duration;
import java.util.Locale;

/**
 * The cost of the control of a random model before its dictionary is trained.
 *
 * @param requests the requests for its features, estimated from the features of the run
 * @param trainingTokens the number of activations to train on
 * @param storedTokens the number of tokens to collect features on
 * @param time about the time of both; zero if it was not measured
 */
public record ControlCost(CostEstimate requests, long trainingTokens, long storedTokens, Duration time) {
    private static final double SECONDS_PER_MINUTE = 60;

    /** {@return the time in minutes} */
    public double minutes() {
        return time.toMillis() / 1000.0 / SECONDS_PER_MINUTE;
    }

    /** {@return requests, tokens and minutes in one sentence} */
    public String toText() {
        String sent = requests.requests() == 0
                ? ""
                : String.format(Locale.ROOT, "about %,d of these requests, ", requests.requests());
        String minutes = time.isZero() ? "" : String.format(Locale.ROOT, ", about %.1f minutes", minutes());
        return String.format(
                Locale.ROOT,
                "control of a random model: %straining on %,d activations and features of %,d tokens%s"
                        + " (--no-random-model leaves it out)",
                sent,
                trainingTokens,
                storedTokens,
                minutes);
    }

    /** {@return requests, tokens and minutes} */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper()
                .createObjectNode()
                .put("requests", requests.requests())
                .put("trainingTokens", trainingTokens)
                .put("storedTokens", storedTokens);
        return time.isZero() ? json : json.put("minutes", minutes());
    }
}
