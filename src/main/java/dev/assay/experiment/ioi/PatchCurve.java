package dev.assay.experiment.ioi;

import dev.assay.intervene.patch.PatchLadder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The divergence from the counterfactual run for growing sets of patched features, on prompts other than those of the selection.
 *
 * @param steps the steps of the ladder
 * @param features the features of each step, without the list of all
 * @param counts the number of patched features per step
 * @param editSizes the mean of ‖x' − x‖ over tokens, per step
 * @param divergences KL(patched ‖ counterfactual), [step][pair]
 * @param rawEditSize the mean of ‖x̄ − x‖ over tokens
 * @param width of the site
 * @param l0 the mean number of active latents per token of the text
 * @param fvu the fraction of variance unexplained on the text
 */
record PatchCurve(
        List<String> steps,
        List<List<Integer>> features,
        List<Integer> counts,
        List<Double> editSizes,
        List<double[]> divergences,
        double rawEditSize,
        int width,
        double l0,
        double fvu) {
    /** Collects a curve from a ladder that was measured on other prompts. */
    static PatchCurve of(PatchLadder ladder, double rawEditSize, int width, double l0, double fvu) {
        List<PatchLadder.Rung> rungs = ladder.rungs();
        return new PatchCurve(
                rungs.stream().map(PatchLadder.Rung::step).toList(),
                rungs.stream()
                        .map(rung -> rung.step().equals(PatchLadder.ALL) ? List.<Integer>of() : rung.features())
                        .toList(),
                rungs.stream().map(rung -> rung.features().size()).toList(),
                rungs.stream().map(rung -> rung.effect().editSize()).toList(),
                rungs.stream()
                        .map(rung -> rung.effect().patchedToCounterfactual())
                        .toList(),
                rawEditSize,
                width,
                l0,
                fvu);
    }

    double divergence(int step) {
        return DoubleStream.of(divergences.get(step)).average().orElseThrow();
    }

    /**
     * Returns the normalised area under the curve over the edit size of each pair, from 0 to the size of the raw edit. A curve that stays at
     * the divergence without patching has a mean area of 1.
     */
    double[] areasOverEditSize() {
        return areas(editSizes.stream().mapToDouble(Double::doubleValue).toArray(), rawEditSize);
    }

    /** Returns the normalised area under the curve over the number of features, from 0 to the width of the site. */
    double[] areasOverFeatures() {
        return areas(counts.stream().mapToDouble(Integer::doubleValue).toArray(), width);
    }

    private double[] areas(double[] x, double limit) {
        List<Integer> order = new ArrayList<>();
        for (int step = 0; step < x.length; step++) {
            order.add(step);
        }
        order.sort(Comparator.comparingDouble(step -> x[step]));
        double[] sorted = order.stream().mapToDouble(step -> x[step]).toArray();
        double[] areas = new double[divergences.get(0).length];
        double unpatched = divergence(0);
        Arrays.setAll(
                areas,
                pair -> area(
                                sorted,
                                order.stream()
                                        .mapToDouble(step -> divergences.get(step)[pair])
                                        .toArray(),
                                limit)
                        / (limit * unpatched));
        return areas;
    }

    /**
     * Returns the area under a piecewise linear curve from 0 to a limit. Beyond its last point the curve is constant.
     *
     * @param x ascending, the first is 0 or near 0
     * @param y one per x
     * @param limit above 0
     */
    static double area(double[] x, double[] y, double limit) {
        double area = 0;
        for (int i = 1; i < x.length; i++) {
            double from = Math.min(x[i - 1], limit);
            double to = Math.min(x[i], limit);
            if (to > from) {
                double end = y[i - 1] + (y[i] - y[i - 1]) * (to - x[i - 1]) / (x[i] - x[i - 1]);
                area += (to - from) * (y[i - 1] + end) / 2;
            }
        }
        int last = x.length - 1;
        return area + Math.max(0, limit - x[last]) * y[last];
    }
}
