package dev.assay.audit.measure;

import dev.assay.InvalidInputException;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The step-up procedure of Benjamini and Hochberg (1995), which controls the expected share of false discoveries. */
public final class BenjaminiHochberg {
    private BenjaminiHochberg() {}

    /**
     * Adjusts p-values: the kth smallest of m becomes {@code min over j ≥ k of m · p₍ⱼ₎ / j}, at most 1. The discoveries at a rate α are the
     * tests with an adjusted value of at most α.
     *
     * @param pValues m p-values from 0 to 1
     * @return the adjusted p-values in the order of the input
     * @throws InvalidInputException if a p-value is not from 0 to 1
     */
    public static double[] adjust(double[] pValues) {
        for (double pValue : pValues) {
            InvalidInputException.require(pValue >= 0 && pValue <= 1, "a p-value", pValue, "0 to 1");
        }
        int[] order = IntStream.range(0, pValues.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> pValues[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] adjusted = new double[pValues.length];
        double smallest = 1;
        for (int i = order.length - 1; i >= 0; i--) {
            smallest = Math.min(smallest, pValues[order[i]] * order.length / (i + 1));
            adjusted[order[i]] = smallest;
        }
        return adjusted;
    }
}
