package dev.assay.model.internal.network;

import ai.djl.ndarray.NDArray;
import dev.assay.model.config.Norm;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/** A norm over the last axis with its two sites. It is one fused operation unless one of the sites is hooked. */
final class NormLayer {
    private static final int[] LAST = {-1};

    private final Norm norm;
    private final WeightAndBias affine;
    private final NDArray eps;
    private final Kind scaleSite;
    private final Kind normalizedSite;
    private final int block;

    /** Creates the norm; {@code eps} is a scalar array. The sites may be null where only {@link #apply} is called. */
    NormLayer(Norm norm, WeightAndBias affine, NDArray eps, Kind scaleSite, Kind normalizedSite, int block) {
        this.norm = norm;
        this.affine = affine;
        this.eps = eps;
        this.scaleSite = scaleSite;
        this.normalizedSite = normalizedSite;
        this.block = block;
    }

    /**
     * Returns the norm of x:
     *
     * <pre>
     * LayerNorm:  (x − mean(x)) / √(variance(x) + eps) · weight + bias
     * RMSNorm:    x / √(mean(x²) + eps) · weight
     * </pre>
     */
    NDArray run(NDArray x, Pass pass) {
        boolean hooked = pass.hooked(scaleSite, block) || pass.hooked(normalizedSite, block);
        return hooked ? stepByStep(x, pass) : apply(x);
    }

    /** Returns the norm of x without calling hooks. */
    NDArray apply(NDArray x) {
        if (norm instanceof Norm.LayerNorm) {
            return Aten.layerNorm(x, affine.weight(), affine.bias(), eps);
        }
        try (Scope scope = Scope.open()) {
            return scope.keep(Aten.rmsNorm(x, weight(), eps));
        }
    }

    /** Returns the factor of the normalised vector, [d]: the stored weight, plus 1 in families with a unit offset. */
    NDArray weight() {
        boolean offset = norm instanceof Norm.RmsNorm rms && rms.unitOffset();
        return offset ? affine.weight().add(1f) : affine.weight();
    }

    private NDArray stepByStep(NDArray x, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray centred = norm instanceof Norm.LayerNorm ? x.sub(x.mean(LAST, true)) : x;
            NDArray square = centred.square().mean(LAST, true);
            NDArray scale = pass.site(scaleSite, block, square.add(eps).sqrt()); // [batch, position, 1]
            NDArray normalized = pass.site(normalizedSite, block, centred.div(scale)); // [batch, position, d]
            NDArray weighted = normalized.mul(weight());
            return scope.keep(affine.bias() == null ? weighted : weighted.add(affine.bias()));
        }
    }
}
