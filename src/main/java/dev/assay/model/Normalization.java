package dev.assay.model;

import ai.djl.ndarray.NDArray;
import dev.assay.model.HookPoint.Kind;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;

/** A layer norm with its two sites. It is one kernel unless somebody hooked a site. */
final class Normalization {
    private final Affine affine;
    private final NDArray eps;
    private final Kind scaleSite;
    private final Kind normalizedSite;
    private final int block;

    /** Makes the norm; {@code eps} is a scalar array. */
    Normalization(Affine affine, NDArray eps, Kind scaleSite, Kind normalizedSite, int block) {
        this.affine = affine;
        this.eps = eps;
        this.scaleSite = scaleSite;
        this.normalizedSite = normalizedSite;
        this.block = block;
    }

    /** Returns {@code (x − mean) / √(variance + eps) · weight + bias}, or null where the pass ends. */
    NDArray run(NDArray x, Pass pass) {
        boolean hooked = pass.hooked(scaleSite, block) || pass.hooked(normalizedSite, block);
        return hooked ? stepByStep(x, pass) : apply(x);
    }

    /** Returns the norm of x without sites. */
    NDArray apply(NDArray x) {
        return Aten.layerNorm(x, affine.weight(), affine.bias(), eps);
    }

    private NDArray stepByStep(NDArray x, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray centred = x.sub(x.mean(new int[] {-1}, true));
            NDArray variance = centred.square().mean(new int[] {-1}, true);
            NDArray scale = pass.site(scaleSite, block, variance.add(eps).sqrt()); // [batch, position, 1]
            if (pass.ended()) {
                return null;
            }
            NDArray normalized = pass.site(normalizedSite, block, centred.div(scale)); // [batch, position, d]
            if (pass.ended()) {
                return null;
            }
            return scope.keep(normalized.mul(affine.weight()).add(affine.bias()));
        }
    }
}
