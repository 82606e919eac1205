package dev.assay.model;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.internal.network.PausedState;
import dev.assay.tensor.Scope;
import java.util.List;

/**
 * A forward pass that is paused at a hook point and continued any number of times, with different hooks. The part before the pause is
 * computed once:
 *
 * <pre>{@code
 * try (PausedPass pass = PausedPass.at(point, model, tokens)) {
 *     NDArray clean = pass.forward();
 *     try (HookScope hooks = model.hooks().edit(point, (x, site) -> x.zerosLike()).open()) {
 *         NDArray ablated = pass.forward();
 *     }
 * }
 * }</pre>
 *
 * <p>Hooks that are open while the pass is created act on the sites before the pause, hooks that are open while it is continued on the
 * pause and the sites behind it. A continuation returns the bits of a whole pass with both sets of hooks and a hook at the pause. Its
 * gradients end at the pause. A paused pass belongs to one thread at a time.
 */
public final class PausedPass implements AutoCloseable {
    private final HookedTransformer model;
    private final NDArray tokens;
    private final NDArray mask;
    private final PausedState state;

    private PausedPass(HookedTransformer model, NDArray tokens, NDArray mask, PausedState state) {
        this.model = model;
        this.tokens = tokens;
        this.mask = mask;
        this.state = state;
    }

    /** Runs to a hook point without padding, see {@link #at(HookPoint, HookedTransformer, NDArray, NDArray)}. */
    public static PausedPass at(HookPoint point, HookedTransformer model, NDArray tokens) {
        return at(point, model, tokens, null);
    }

    /**
     * Runs a model to a hook point.
     *
     * @param point the site; the pass pauses at the last possible site at or before it, see {@link #point()}
     * @param model the model, which stays open while the pass is continued
     * @param tokens int64 [batch, position]
     * @param mask [batch, position], 1 or true at real tokens; null when all tokens are real
     * @return the paused pass, closed by the caller
     * @throws InvalidInputException when the model lacks the site
     */
    public static PausedPass at(HookPoint point, HookedTransformer model, NDArray tokens, NDArray mask) {
        model.require(point);
        try (Lifetime.Use use = model.use()) {
            PausedState state = model.runner().pause(point, tokens, mask);
            return new PausedPass(model, copy(tokens), mask == null ? null : copy(mask), state);
        }
    }

    private static NDArray copy(NDArray array) {
        return Scope.detached(array::duplicate);
    }

    /**
     * Returns where continuations start. A pass pauses at {@code hook_resid_pre}, {@code attn.hook_z}, {@code hook_attn_out}, {@code
     * hook_resid_mid}, {@code mlp.hook_post}, {@code hook_mlp_out} and {@code hook_resid_post}.
     *
     * @return the site, whose hooks act in the continuations; {@code hook_embed} if nothing is computed before the pause
     */
    public HookPoint point() {
        return state.point();
    }

    /** {@return the tokens of the pass, int64 [batch, position]} */
    public NDArray tokens() {
        return tokens;
    }

    /** {@return the bytes of the stored activations} */
    public long bytes() {
        return state.bytes();
    }

    /**
     * Continues to the end of the model.
     *
     * @return logits [batch, position, V]
     */
    public NDArray forward() {
        try (Lifetime.Use use = model.use()) {
            return model.runner().logits(state, tokens, mask);
        }
    }

    /** Continues to the deepest site with an open hook. If all of them are before the pause, nothing is computed. */
    public void observe() {
        try (Lifetime.Use use = model.use()) {
            model.runner().observe(state, tokens, mask);
        }
    }

    /**
     * Continues to the deepest of some sites and returns their activations. Open hooks act up to that site.
     *
     * @param points sites at or behind {@link #point()}
     * @return the activations; the caller closes the cache
     * @throws InvalidInputException when the model lacks a site, or a site is before the pause
     */
    public ActivationCache cache(HookPoint... points) {
        for (HookPoint site : points) {
            model.require(site);
            InvalidInputException.require(
                    isAtOrBehind(site),
                    () -> "hook point " + site + " is computed before the pause at " + point()
                            + ", expected a site at or behind it");
        }
        try (Lifetime.Use use = model.use()) {
            return model.runner().cache(state, tokens, mask, List.of(points));
        }
    }

    /**
     * Returns whether continuations compute a site.
     *
     * @param site a site of the model
     * @return false if the site is before the pause
     */
    public boolean isAtOrBehind(HookPoint site) {
        int layers = model.config().layers();
        return site.kind().slot(site.block(), layers) >= point().kind().slot(point().block(), layers);
    }

    /** Frees the stored activations. */
    @Override
    public void close() {
        state.close();
        tokens.close();
        if (mask != null) {
            mask.close();
        }
    }
}
