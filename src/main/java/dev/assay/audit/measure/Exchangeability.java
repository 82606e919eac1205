package dev.assay.audit.measure;

import dev.assay.InvalidInputException;
import dev.assay.tensor.Shuffling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The permutations of labels that are equally probable under the null hypothesis. Documents of one unit (a group) are dependent. Units
 * whose documents all have one label exchange their labels with each other. Within a unit of both labels, the documents exchange labels.
 */
public final class Exchangeability {
    private final boolean[] labels;
    private final List<int[]> constantUnits = new ArrayList<>();
    private final List<int[]> mixedUnits = new ArrayList<>();

    private Exchangeability(boolean[] labels, int[] units) {
        this.labels = labels.clone();
        Map<Integer, List<Integer>> members = new LinkedHashMap<>();
        for (int row = 0; row < units.length; row++) {
            members.computeIfAbsent(units[row], unit -> new ArrayList<>()).add(row);
        }
        for (List<Integer> rows : members.values()) {
            boolean constant = rows.stream().allMatch(row -> labels[row] == labels[rows.get(0)]);
            (constant ? constantUnits : mixedUnits)
                    .add(rows.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    /**
     * Treats every document as a unit.
     *
     * @param labels one per document, of both values
     * @return permutations of all labels
     */
    public static Exchangeability ofDocuments(boolean[] labels) {
        int[] units = new int[labels.length];
        for (int row = 0; row < units.length; row++) {
            units[row] = row;
        }
        return ofUnits(labels, units);
    }

    /**
     * Treats documents with equal numbers as a unit.
     *
     * @param labels one per document, of both values
     * @param units the unit of each document
     * @return the permutations
     * @throws InvalidInputException if the numbers differ, all labels are equal, or no other order of the labels exists
     */
    public static Exchangeability ofUnits(boolean[] labels, int[] units) {
        InvalidInputException.require(
                labels.length == units.length,
                () -> "there are " + labels.length + " labels and " + units.length + " units, expected equal numbers");
        int positives = 0;
        for (boolean label : labels) {
            positives += label ? 1 : 0;
        }
        InvalidInputException.require(
                positives > 0 && positives < labels.length,
                () -> "all " + labels.length + " documents have the same label, expected documents of both labels");
        Exchangeability exchangeability = new Exchangeability(labels, units);
        InvalidInputException.require(
                !exchangeability.mixedUnits.isEmpty()
                        || exchangeability.constantUnits.stream().anyMatch(unit -> labels[unit[0]])
                                && exchangeability.constantUnits.stream().anyMatch(unit -> !labels[unit[0]]),
                "no labels can be exchanged between the groups, expected at least one group of each label");
        return exchangeability;
    }

    /** {@return the number of documents} */
    public int documents() {
        return labels.length;
    }

    /**
     * Draws labels. For units of unequal size, the number of documents of a label can change.
     *
     * @param random the generator
     * @return a label per document
     */
    public boolean[] draw(SplittableRandom random) {
        boolean[] drawn = labels.clone();
        boolean[] ofUnits = new boolean[constantUnits.size()];
        for (int unit = 0; unit < ofUnits.length; unit++) {
            ofUnits[unit] = labels[constantUnits.get(unit)[0]];
        }
        Shuffling.shuffle(ofUnits, random);
        for (int unit = 0; unit < ofUnits.length; unit++) {
            for (int row : constantUnits.get(unit)) {
                drawn[row] = ofUnits[unit];
            }
        }
        for (int[] unit : mixedUnits) {
            boolean[] within = new boolean[unit.length];
            for (int i = 0; i < unit.length; i++) {
                within[i] = labels[unit[i]];
            }
            Shuffling.shuffle(within, random);
            for (int i = 0; i < unit.length; i++) {
                drawn[unit[i]] = within[i];
            }
        }
        return drawn;
    }
}
