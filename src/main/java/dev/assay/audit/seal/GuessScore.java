package dev.assay.audit.seal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The score of the guesses of an auditor.
 *
 * @param truth what the organism hides
 * @param kinds the scores of all guesses, named {@value #ALL}, and of the guesses of each kind of the truth
 */
public record GuessScore(OrganismTruth truth, List<KindScore> kinds) {
    /** The name of the score over all kinds. */
    public static final String ALL = "all";

    /** Copies the list. */
    public GuessScore {
        kinds = List.copyOf(kinds);
    }

    /**
     * The score of the guesses of one kind.
     *
     * @param kind the kind
     * @param facts the number of hidden facts
     * @param guesses the number of guesses
     * @param ranks by the id of a found fact, the rank of the first guess that matches it, from 1
     * @param averagePrecision the sum over found facts of the precision at their rank, divided by the number of facts
     * @param randomPrecision the expected precision of random guesses; NaN if the number of candidates is unknown
     */
    public record KindScore(
            String kind,
            int facts,
            int guesses,
            Map<String, Integer> ranks,
            double averagePrecision,
            double randomPrecision) {
        /** Copies the map. */
        public KindScore {
            ranks = Collections.unmodifiableMap(new LinkedHashMap<>(ranks));
        }

        /** {@return the share of guesses that find a fact that no earlier guess found; NaN without guesses} */
        public double precision() {
            return (double) ranks.size() / guesses;
        }

        /** {@return the share of facts that were found} */
        public double recall() {
            return (double) ranks.size() / facts;
        }

        /** {@return the mean over the facts of 1 / rank, 0 for a fact that was not found} */
        public double meanReciprocalRank() {
            return ranks.values().stream().mapToDouble(rank -> 1.0 / rank).sum() / facts;
        }
    }

    /**
     * Returns the score as JSON.
     *
     * @return an object with the truth and the scores; NaN becomes null
     */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.set("truth", truth.toJson());
        ArrayNode array = json.putArray("scores");
        for (KindScore kind : kinds) {
            ObjectNode node = array.addObject();
            node.put("kind", kind.kind()).put("facts", kind.facts()).put("guesses", kind.guesses());
            node.put("precision", finite(kind.precision())).put("recall", kind.recall());
            node.put("mean_reciprocal_rank", kind.meanReciprocalRank());
            node.put("average_precision", kind.averagePrecision());
            node.put("random_precision", finite(kind.randomPrecision()));
            ObjectNode ranks = node.putObject("ranks");
            kind.ranks().forEach(ranks::put);
        }
        return json;
    }

    private static Double finite(double number) {
        return Double.isFinite(number) ? number : null;
    }
}
