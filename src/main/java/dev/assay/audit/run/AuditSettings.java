package dev.assay.audit.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.audit.measure.PermutationTest;
import dev.assay.audit.monitor.MonitorSettings;
import dev.assay.audit.sample.Pooling;
import dev.assay.io.Json;
import java.util.List;

/**
 * Settings of contrasts and monitors.
 *
 * @param poolings the rules that reduce the tokens of a document to one value per feature, at least one
 * @param permutations the number of permutations of a test, at least 99
 * @param falseDiscoveryRate the level of the adjusted p-values, above 0 and below 1
 * @param falsePositiveRates the false-positive rates at which monitors are compared
 * @param bootstrap the number of bootstrap draws of an interval, at least 100
 * @param testShare the share of documents, or of groups of documents, on which monitors are tested
 * @param testGroups the groups on which monitors are tested; empty to draw them by {@code testShare}
 * @param columns the number of features of sparse monitors, at least 1
 * @param features the number of features that the report describes, at least 1
 * @param examples the number of documents per feature, at least 1
 * @param seed of permutations, draws, the split and the random features
 */
public record AuditSettings(
        List<Pooling> poolings,
        int permutations,
        double falseDiscoveryRate,
        List<Double> falsePositiveRates,
        int bootstrap,
        double testShare,
        List<String> testGroups,
        int columns,
        int features,
        int examples,
        long seed) {
    /** The ratio of permutations of features with few larger draws to those of all features. */
    private static final int REFINEMENT = 50;

    /** The mean over the texts, 2,000 permutations, q ≤ 0.05, false-positive rates of 1 % and 5 %, half of the documents for the test. */
    public static final AuditSettings DEFAULT = new AuditSettings(
            List.of(Pooling.mean()), 2_000, 0.05, List.of(0.01, 0.05), 1_000, 0.5, List.of(), 5, 10, 5, 0);

    /** Checks the numbers. */
    public AuditSettings {
        poolings = List.copyOf(poolings);
        falsePositiveRates = List.copyOf(falsePositiveRates);
        testGroups = List.copyOf(testGroups);
        InvalidInputException.require(!poolings.isEmpty(), "no pooling is named, expected at least one");
        InvalidInputException.require(
                poolings.stream().distinct().count() == poolings.size(),
                "a pooling is named twice, expected different poolings");
        InvalidInputException.requireAtLeast(99, "the number of permutations", permutations);
        InvalidInputException.require(
                falseDiscoveryRate > 0 && falseDiscoveryRate < 1,
                "the false-discovery rate",
                falseDiscoveryRate,
                "above 0 and below 1");
        InvalidInputException.require(
                testShare > 0 && testShare < 1, "the share of test documents", testShare, "above 0 and below 1");
        InvalidInputException.requireAtLeast(1, "the number of features of sparse monitors", columns);
        InvalidInputException.requireAtLeast(1, "the number of features in the report", features);
        InvalidInputException.requireAtLeast(1, "the number of documents per feature", examples);
    }

    /** {@return the same settings with other poolings} */
    public AuditSettings withPoolings(Pooling... others) {
        return new AuditSettings(
                List.of(others),
                permutations,
                falseDiscoveryRate,
                falsePositiveRates,
                bootstrap,
                testShare,
                testGroups,
                columns,
                features,
                examples,
                seed);
    }

    /** {@return the same settings with another number of permutations and of bootstrap draws} */
    public AuditSettings withDraws(int permutation, int bootstraps) {
        return new AuditSettings(
                poolings,
                permutation,
                falseDiscoveryRate,
                falsePositiveRates,
                bootstraps,
                testShare,
                testGroups,
                columns,
                features,
                examples,
                seed);
    }

    PermutationTest test() {
        return new PermutationTest(permutations, Math.multiplyExact(permutations, REFINEMENT), seed);
    }

    MonitorSettings monitors() {
        return new MonitorSettings(falsePositiveRates, bootstrap, permutations, seed);
    }

    ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        poolings.forEach(pooling -> json.withArray("poolings").add(pooling.toString()));
        json.put("permutations", permutations)
                .put("refined_permutations", test().refined())
                .put("false_discovery_rate", falseDiscoveryRate);
        falsePositiveRates.forEach(
                rate -> json.withArray("false_positive_rates").add(rate));
        json.put("bootstrap", bootstrap).put("test_share", testShare);
        testGroups.forEach(group -> json.withArray("test_groups").add(group));
        return json.put("sparse_features", columns).put("seed", seed);
    }
}
