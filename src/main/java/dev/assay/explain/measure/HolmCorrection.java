package dev.assay.explain.measure;

import dev.assay.InvalidInputException;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The step-down correction of Holm (1979), which controls the probability of one or more false rejections among several tests. */
public final class HolmCorrection {
    private HolmCorrection() {}

    /**
     * Adjusts p-values: the kth smallest of m becomes {@code max over j ≤ k of min(1, (m − j + 1) · p₍ⱼ₎)}.
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
        double largest = 0;
        for (int i = 0; i < order.length; i++) {
            largest = Math.max(largest, Math.min(1, (order.length - i) * pValues[order[i]]));
            adjusted[order[i]] = largest;
        }
        return adjusted;
    }
}
