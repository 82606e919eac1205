package dev.assay.intervene;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Aten;
import java.util.ArrayList;
import java.util.List;

/**
 * The size of the change that edits made to the activations of a site.
 *
 * @param point the site
 * @param norms {@code ‖x' − x‖} at each position, 0 where no edit applies
 * @param shares {@code ‖x' − x‖ / ‖x‖} at each position, where x is the activation before the edits
 */
public record SiteChange(HookPoint point, List<Double> norms, List<Double> shares) {
    /** Lower bound of ‖x‖ in the denominator, so that the share is finite for a zero activation. */
    private static final double MIN_NORM = 1e-12;

    /** Copies the lists. */
    public SiteChange {
        norms = List.copyOf(norms);
        shares = List.copyOf(shares);
    }

    static SiteChange of(HookPoint point, NDArray x, NDArray change) {
        float[] before = Aten.rowNorms(x).toFloatArray();
        float[] moved = Aten.rowNorms(change).toFloatArray();
        List<Double> norms = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        for (int i = 0; i < moved.length; i++) {
            norms.add((double) moved[i]);
            shares.add(moved[i] / Math.max(before[i], MIN_NORM));
        }
        return new SiteChange(point, norms, shares);
    }

    /**
     * Returns the mean norm of the change over the positions that changed.
     *
     * @return the mean, or 0 if no position changed
     */
    public double meanNorm() {
        return norms.stream()
                .filter(norm -> norm > 0)
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0);
    }
}
