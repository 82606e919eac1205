package dev.assay.intervene;

import ai.djl.ndarray.NDArray;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Aten;
import java.util.ArrayList;
import java.util.List;

/**
 * How far edits moved the activations of a site.
 *
 * @param point the site
 * @param norms {@code ‖x' − x‖} at each position, 0 where no edit acts
 * @param shares the same divided by {@code ‖x‖}, x being the activation as it reaches the edits
 */
public record SiteChange(HookPoint point, List<Double> norms, List<Double> shares) {
    /** Of an activation of zeros, so that a share of it is a number. */
    private static final double SMALLEST_NORM = 1e-12;

    /** Keeps its own copies. */
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
            shares.add(moved[i] / Math.max(before[i], SMALLEST_NORM));
        }
        return new SiteChange(point, norms, shares);
    }

    /**
     * Returns the mean of the norms over the positions that an edit moved.
     *
     * @return 0 where nothing moved
     */
    public double meanNorm() {
        return norms.stream()
                .filter(norm -> norm > 0)
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0);
    }
}
