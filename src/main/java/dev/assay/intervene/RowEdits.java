package dev.assay.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.CodeEntries;
import dev.assay.attach.TokenMask;
import dev.assay.intervene.FeatureEdit.OfActivation;
import dev.assay.intervene.FeatureEdit.OfCode;
import dev.assay.intervene.FeatureEdit.Steer;
import dev.assay.intervene.FeatureEdit.SteerCapped;
import dev.assay.intervene.FeatureEdit.SteerOrthogonal;
import dev.assay.sae.SparseCodes;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.List;

/**
 * Applies the edits of one dictionary to rows of activations. Code edits are applied first, in order, then activation edits, in order. x is
 * the activation at the read site and y the activation at the written site; both are the same unless the dictionary is a transcoder. The
 * scale s undoes the normalisation of x.
 *
 * <pre>{@code
 * y' = y + Σ s·(c'ⱼ − cⱼ)·dⱼ               reconstruction error kept
 * y' = decode(c, x) + Σ s·(c'ⱼ − cⱼ)·dⱼ    reconstruction error dropped
 * }</pre>
 */
final class RowEdits {
    /** Lower bound of a norm in a denominator, so that a zero direction does not divide by zero. */
    private static final float MIN_NORM = 1e-12f;

    private final AttachedDictionary attached;
    private final List<FeatureEdit> edits;
    private final boolean keepsError;

    RowEdits(AttachedDictionary attached, List<FeatureEdit> edits, boolean keepsError) {
        this.attached = attached;
        this.edits = edits;
        this.keepsError = keepsError;
    }

    /**
     * Returns the edited rows.
     *
     * @param x activations at the read site, [n, d_in]
     * @param y activations at the written site, [n, d_out]
     * @param acting whether each edit applies to each row, [edit][row]
     * @return [n, d_out]
     */
    NDArray apply(NDArray x, NDArray y, boolean[][] acting) {
        try (Scope scope = Scope.open()) {
            NDArray scale = attached.scale(x);
            NDArray edited = y;
            if (!keepsError || edits.stream().anyMatch(OfCode.class::isInstance)) {
                SparseCodes codes = attached.sae().encode(x);
                NDArray kept = keepsError ? y : attached.sae().decode(codes, x);
                edited = kept.add(codeChange(codes, acting, x.getManager(), scale));
            }
            for (int i = 0; i < edits.size(); i++) {
                if (edits.get(i) instanceof OfActivation edit) {
                    NDArray acts = TokenMask.floats(x.getManager(), acting[i]); // [n, 1]
                    edited = edited.add(delta(edit, edited, scaled(direction(x.getManager(), edit), scale))
                            .mul(acts));
                }
            }
            return scope.keep(edited == y ? y.duplicate() : edited);
        }
    }

    /** Returns Σ s·(c'ⱼ − cⱼ)·dⱼ, [n, d_out]. */
    private NDArray codeChange(SparseCodes codes, boolean[][] acting, NDManager manager, NDArray scale) {
        List<Integer> latents = edits.stream()
                .filter(OfCode.class::isInstance)
                .map(FeatureEdit::latent)
                .distinct()
                .toList();
        int rows = Math.toIntExact(codes.rows());
        if (latents.isEmpty()) {
            return manager.zeros(new Shape(rows, 1));
        }
        CodeEntries entries = new CodeEntries(codes);
        float[] changes = new float[rows * latents.size()];
        for (int row = 0; row < rows; row++) {
            double[] before = new double[latents.size()];
            entries.row(row, (latent, code) -> {
                int column = latents.indexOf(latent);
                if (column >= 0) {
                    before[column] = code;
                }
            });
            double[] after = edited(before.clone(), latents, acting, row);
            for (int j = 0; j < after.length; j++) {
                changes[row * after.length + j] = (float) (after[j] - before[j]);
            }
        }
        NDArray change = manager.create(changes, new Shape(rows, latents.size())); // [n, m]
        return scaled(change.matMul(attached.directions(manager, latents)), scale);
    }

    private double[] edited(double[] codes, List<Integer> latents, boolean[][] acting, int row) {
        for (int i = 0; i < edits.size(); i++) {
            if (acting[i][row] && edits.get(i) instanceof OfCode edit) {
                int column = latents.indexOf(edit.latent());
                codes[column] = edit.applyTo(codes[column]);
            }
        }
        return codes;
    }

    /**
     * Returns the change of each row by one edit, [n, d_out].
     *
     * @param x [n, d_out]
     * @param d [n, d_out] or [1, d_out]
     */
    private static NDArray delta(OfActivation edit, NDArray x, NDArray d) {
        NDArray delta = d.mul((float) edit.strength());
        if (edit instanceof Steer) {
            return delta;
        } else if (edit instanceof SteerOrthogonal) {
            NDArray unit = d.div(Aten.rowNorms(d).maximum(MIN_NORM));
            NDArray along = x.mul(unit).sum(new int[] {1}, true); // x·d / ‖d‖, [n, 1]
            return delta.sub(unit.mul(along));
        } else if (edit instanceof SteerCapped capped) {
            NDArray maxNorm = Aten.rowNorms(x).mul((float) capped.share()); // [n, 1]
            NDArray factor = maxNorm.div(Aten.rowNorms(delta).maximum(MIN_NORM));
            return delta.mul(factor.minimum(1f));
        }
        throw new IllegalStateException("no formula for " + edit);
    }

    private NDArray direction(NDManager manager, FeatureEdit edit) {
        return attached.directions(manager, List.of(edit.latent())); // [1, d_out]
    }

    private static NDArray scaled(NDArray rows, NDArray scale) {
        return scale == null ? rows : rows.mul(scale);
    }
}
