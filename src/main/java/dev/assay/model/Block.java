package dev.assay.model;

import ai.djl.ndarray.NDArray;
import dev.assay.model.HookPoint.Kind;
import dev.assay.tensor.Scope;

/**
 * One block of the transformer:
 *
 * <pre>
 * parallel:    resid_post = resid_pre + attention(ln1(resid_pre)) + mlp(ln2(resid_pre))
 * sequential:  resid_mid  = resid_pre + attention(ln1(resid_pre));  resid_post = resid_mid + mlp(ln2(resid_mid))
 * </pre>
 */
final class Block {
    private final int index;
    private final boolean parallel;
    private final Normalization ln1;
    private final Attention attention;
    private final Normalization ln2;
    private final FeedForward mlp;

    Block(int index, boolean parallel, Normalization ln1, Attention attention, Normalization ln2, FeedForward mlp) {
        this.index = index;
        this.parallel = parallel;
        this.ln1 = ln1;
        this.attention = attention;
        this.ln2 = ln2;
        this.mlp = mlp;
    }

    /** Returns the residual stream after this block, or null where the pass ends. */
    NDArray run(NDArray residual, RotaryTable turns, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray pre = pass.site(Kind.RESID_PRE, index, residual); // [batch, position, D]
            if (pass.ended()) {
                return null;
            }
            NDArray post = parallel ? parallel(pre, turns, pass) : sequential(pre, turns, pass);
            if (pass.ended()) {
                return null;
            }
            NDArray out = pass.site(Kind.RESID_POST, index, post);
            return pass.ended() ? null : scope.keep(out);
        }
    }

    private NDArray parallel(NDArray pre, RotaryTable turns, Pass pass) {
        NDArray attended = pass.needsAttention(index) ? attended(pre, turns, pass) : null;
        if (pass.ended()) {
            return null;
        }
        NDArray fed = fed(pre, pass);
        return pass.ended() ? null : pre.add(attended).add(fed);
    }

    private NDArray sequential(NDArray pre, RotaryTable turns, Pass pass) {
        NDArray attended = attended(pre, turns, pass);
        if (pass.ended()) {
            return null;
        }
        NDArray mid = pass.site(Kind.RESID_MID, index, pre.add(attended));
        if (pass.ended()) {
            return null;
        }
        NDArray fed = fed(mid, pass);
        return pass.ended() ? null : mid.add(fed);
    }

    private NDArray attended(NDArray residual, RotaryTable turns, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray normalized = ln1.run(residual, pass);
            NDArray attended = pass.ended() ? null : attention.run(normalized, turns, pass);
            return pass.ended() ? null : scope.keep(attended);
        }
    }

    private NDArray fed(NDArray residual, Pass pass) {
        try (Scope scope = Scope.open()) {
            NDArray normalized = ln2.run(residual, pass);
            NDArray fed = pass.ended() ? null : mlp.run(normalized, pass);
            return pass.ended() ? null : scope.keep(fed);
        }
    }
}
