package dev.assay.audit.monitor;

import dev.assay.InvalidInputException;
import dev.assay.audit.sample.AuditSample;
import dev.assay.tensor.Shuffling;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Training and test documents that share no document, pair or group.
 *
 * @param train rows of the training documents, ascending
 * @param test rows of the test documents, ascending
 */
public record MonitorSplit(int[] train, int[] test) {
    /**
     * Divides the documents of two labels. Units, the documents connected by pairs or groups, are divided as a whole; units of only the first
     * label, of only the second label and of both labels are divided in the same proportion.
     *
     * @param sample the documents
     * @param positive a label
     * @param negative another label
     * @param testShare the share of units for the test, above 0 and below 1
     * @param seed of the division
     * @return the split
     * @throws InvalidInputException if a part would have no document of a label
     */
    public static MonitorSplit of(AuditSample sample, String positive, String negative, double testShare, long seed) {
        InvalidInputException.require(
                testShare > 0 && testShare < 1, "the share of test documents", testShare, "above 0 and below 1");
        sample.requireLabels(positive, negative);
        int[] rows = IntStream.range(0, sample.size())
                .filter(row -> Set.of(positive, negative)
                        .contains(sample.documents().get(row).label()))
                .toArray();
        int[] units = sample.units(rows);
        Map<Integer, List<Integer>> members = new TreeMap<>();
        for (int i = 0; i < rows.length; i++) {
            members.computeIfAbsent(units[i], unit -> new ArrayList<>()).add(rows[i]);
        }
        Map<Set<String>, List<Integer>> strata = new HashMap<>();
        members.forEach((unit, ofUnit) -> {
            Set<String> labels = new HashSet<>();
            ofUnit.forEach(row -> labels.add(sample.documents().get(row).label()));
            strata.computeIfAbsent(labels, each -> new ArrayList<>()).add(unit);
        });
        Set<Integer> test = new HashSet<>();
        SplittableRandom random = new SplittableRandom(seed);
        for (Set<String> labels : List.of(Set.of(positive), Set.of(negative), Set.of(positive, negative))) {
            List<Integer> stratum = strata.getOrDefault(labels, List.of());
            Shuffling.shuffle(stratum, random);
            test.addAll(stratum.subList(0, (int) Math.round(testShare * stratum.size())));
        }
        int[] testRows = IntStream.range(0, rows.length)
                .filter(i -> test.contains(units[i]))
                .map(i -> rows[i])
                .toArray();
        int[] trainRows = IntStream.range(0, rows.length)
                .filter(i -> !test.contains(units[i]))
                .map(i -> rows[i])
                .toArray();
        return of(sample, positive, negative, trainRows, testRows);
    }

    /**
     * Checks a given split.
     *
     * @param sample the documents
     * @param positive a label
     * @param negative another label
     * @param train rows of the training documents
     * @param test rows of the test documents
     * @return the split
     * @throws InvalidInputException if both parts share a document, pair or group, or a part has no document of a label
     */
    public static MonitorSplit of(AuditSample sample, String positive, String negative, int[] train, int[] test) {
        int[] both = IntStream.concat(IntStream.of(train), IntStream.of(test)).toArray();
        InvalidInputException.require(
                IntStream.of(both).distinct().count() == both.length,
                "the training and test documents share a document, expected none");
        int[] units = sample.units(both);
        Set<Integer> trained = new HashSet<>();
        for (int i = 0; i < both.length; i++) {
            String id = sample.documents().get(both[i]).id();
            InvalidInputException.require(
                    i < train.length || !trained.contains(units[i]),
                    () -> "the test document \"" + id + "\" shares a pair or group with a training document");
            if (i < train.length) {
                trained.add(units[i]);
            }
        }
        requireLabels(sample, "training", train, positive, negative);
        requireLabels(sample, "test", test, positive, negative);
        return new MonitorSplit(train.clone(), test.clone());
    }

    private static void requireLabels(AuditSample sample, String part, int[] rows, String... labels) {
        for (String label : labels) {
            InvalidInputException.require(
                    IntStream.of(rows)
                            .anyMatch(row -> sample.documents().get(row).label().equals(label)),
                    () -> "the " + part + " documents have none with the label \"" + label
                            + "\", expected documents of both labels in more groups");
        }
    }
}
