package dev.assay.model.internal.network;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.Site;
import dev.assay.model.internal.hook.HookTable;
import dev.assay.model.internal.hook.HookTable.Entry;
import dev.assay.model.internal.hook.OpenHooks;
import dev.assay.tensor.Scope;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.function.UnaryOperator;

/** Runs a network to its last requested site, with the open hooks of the calling thread. */
public final class Runner {
    private final TransformerConfig config;
    private final LoadedPart part;
    private final Network network;
    private final Device device;
    private final ThreadLocal<OpenHooks> openHooks;

    public Runner(TransformerConfig config, LoadedPart part, Network network, Device device) {
        this.config = config;
        this.part = part;
        this.network = network;
        this.device = device;
        this.openHooks = ThreadLocal.withInitial(() -> new OpenHooks(config.layers()));
    }

    public OpenHooks openHooks() {
        return openHooks.get();
    }

    /** Returns the logits of every position, [batch, position, V]. */
    public NDArray logits(NDArray tokens, NDArray mask) {
        return logits(tokens, mask, UnaryOperator.identity());
    }

    /** Returns the logits at the last position, [batch, V]. */
    public NDArray lastLogits(NDArray tokens, NDArray mask) {
        return logits(tokens, mask, Runner::last);
    }

    /** Returns the logits of new tokens, [batch, position, V], and stores their keys and values. */
    public NDArray logits(NDArray tokens, NDArray mask, KeyValueBuffers buffers) {
        return storing(tokens, mask, buffers, UnaryOperator.identity());
    }

    /** Returns the logits at the last of some new tokens, [batch, V], and stores the keys and values of all. */
    public NDArray lastLogits(NDArray tokens, NDArray mask, KeyValueBuffers buffers) {
        return storing(tokens, mask, buffers, Runner::last);
    }

    /** Returns the final norm of new tokens, [batch, position, D], and stores their keys and values. */
    public NDArray storedNormalized(NDArray tokens, NDArray mask, KeyValueBuffers buffers) {
        part.requireWhole("the logits");
        try (Scope scope = Scope.open()) {
            Pass pass = pass(openHooks().table(), HookTable.NEVER, tokens, mask, buffers);
            NDArray normalized = run(pass);
            buffers.accept(pass.text());
            return scope.keep(normalized);
        }
    }

    private static NDArray last(NDArray normalized) {
        return normalized.get(":, -1");
    }

    private NDArray storing(NDArray tokens, NDArray mask, KeyValueBuffers buffers, UnaryOperator<NDArray> positions) {
        part.requireWhole("the logits");
        try (Scope scope = Scope.open()) {
            Pass pass = pass(openHooks().table(), HookTable.NEVER, tokens, mask, buffers);
            NDArray logits = network.unembed(positions.apply(run(pass)));
            buffers.accept(pass.text());
            return scope.keep(logits);
        }
    }

    private NDArray logits(NDArray tokens, NDArray mask, UnaryOperator<NDArray> positions) {
        part.requireWhole("the logits");
        try (Scope scope = Scope.open()) {
            NDArray normalized = run(pass(openHooks().table(), HookTable.NEVER, tokens, mask, EarlierTokens.NONE));
            return scope.keep(network.unembed(positions.apply(normalized)));
        }
    }

    /** Returns the final norm of every position, [batch, position, D]. */
    public NDArray normalized(NDArray tokens, NDArray mask, EarlierTokens earlier) {
        part.requireWhole("the logits");
        try (Scope scope = Scope.open()) {
            return scope.keep(run(pass(openHooks().table(), HookTable.NEVER, tokens, mask, earlier)));
        }
    }

    /**
     * Returns the number of tokens up to which stored keys stay valid while a text grows. The dynamic scaling of rotary embeddings
     * changes the rotation of all positions of a longer text.
     */
    public int longestStored() {
        return network.longestFixedRotation();
    }

    /** Runs to the deepest site that an open hook asks for. */
    public void observe(NDArray tokens, NDArray mask) {
        HookTable table = openHooks().table();
        observe(table, table.deepest(), tokens, mask);
    }

    private void observe(HookTable table, int stop, NDArray tokens, NDArray mask) {
        if (stop < 0) {
            return;
        }
        try (Scope scope = Scope.open()) {
            run(pass(table, stop, tokens, mask, EarlierTokens.NONE));
        } catch (PassEnded reached) {
            // The hooks have seen every site up to the last requested one.
        }
    }

    /** Runs to the deepest of the sites and returns their activations. */
    public ActivationCache cache(NDArray tokens, NDArray mask, List<HookPoint> points) {
        return cache(points, (table, stop) -> observe(table, stop, tokens, mask));
    }

    /** Runs with the open hooks, followed by hooks that fill a cache. */
    private ActivationCache cache(List<HookPoint> points, ObjIntConsumer<HookTable> run) {
        ActivationCache cache = new ActivationCache();
        try {
            List<Entry> reads =
                    points.stream().map(point -> reading(point, cache)).toList();
            int stop = HookTable.of(config.layers(), reads).deepest();
            run.accept(openHooks().tableWith(reads), stop);
            return cache;
        } catch (RuntimeException failure) {
            cache.close();
            throw failure;
        }
    }

    private static Entry reading(HookPoint point, ActivationCache cache) {
        return new Entry(point, (activation, site) -> {
            cache.put(activation, site);
            return activation;
        });
    }

    /** Runs to a site and returns its activation. */
    public NDArray runTo(HookPoint point, NDArray tokens, NDArray mask) {
        try (Scope scope = Scope.open();
                ActivationCache cache = cache(tokens, mask, List.of(point))) {
            NDArray activation = cache.get(point);
            return scope.keep(activation.reshape(activation.getShape()));
        }
    }

    /**
     * Runs to the last site at or before a hook point at which a pass can pause. The hooks before that site act now, the others in the
     * continuations.
     */
    public PausedState pause(HookPoint point, NDArray tokens, NDArray mask) {
        PausedState state = new PausedState(point, config);
        try (Scope scope = Scope.open()) {
            Pass pass = pass(
                    openHooks().table(), HookTable.NEVER, tokens, mask, EarlierTokens.NONE, PassPart.before(state));
            if (!state.isStart()) {
                run(pass);
            }
            return state;
        } catch (PassEnded reached) {
            return state;
        } catch (RuntimeException failure) {
            state.close();
            throw failure;
        }
    }

    /** Returns the logits of a paused pass, [batch, position, V]. */
    public NDArray logits(PausedState state, NDArray tokens, NDArray mask) {
        part.requireWhole("the logits");
        try (Scope scope = Scope.open()) {
            HookTable table = openHooks().table();
            Pass pass = pass(table, HookTable.NEVER, tokens, mask, EarlierTokens.NONE, PassPart.from(state));
            return scope.keep(network.unembed(run(pass)));
        }
    }

    /** Continues a paused pass to the deepest site that an open hook asks for. */
    public void observe(PausedState state, NDArray tokens, NDArray mask) {
        HookTable table = openHooks().table();
        observe(table, table.deepest(), tokens, mask, state);
    }

    /** Continues a paused pass to the deepest of the sites and returns their activations. */
    public ActivationCache cache(PausedState state, NDArray tokens, NDArray mask, List<HookPoint> points) {
        return cache(points, (table, stop) -> observe(table, stop, tokens, mask, state));
    }

    private void observe(HookTable table, int stop, NDArray tokens, NDArray mask, PausedState state) {
        if (stop < state.slot()) {
            return;
        }
        try (Scope scope = Scope.open()) {
            run(pass(table, stop, tokens, mask, EarlierTokens.NONE, PassPart.from(state)));
        } catch (PassEnded reached) {
            // The hooks have seen every site up to the last requested one.
        }
    }

    private Pass pass(HookTable table, int stop, NDArray tokens, NDArray mask, EarlierTokens earlier) {
        return pass(table, stop, tokens, mask, earlier, PassPart.WHOLE);
    }

    private Pass pass(
            HookTable table,
            int stop,
            NDArray givenTokens,
            NDArray givenMask,
            EarlierTokens earlier,
            PassPart computed) {
        NDArray tokens = givenTokens.toDevice(device, false);
        NDArray mask = givenMask == null ? null : givenMask.toDevice(device, false);
        TokenCheck.check(tokens, mask, config);
        Site.Text given = earlier.begin(tokens, mask);
        boolean explicitScores = table.hooksScores() || config.attention().softCap() > 0;
        SequenceGeometry geometry = SequenceGeometry.of(
                earlier.length(),
                given.tokens(),
                given.mask(),
                config.attention().windows(),
                explicitScores);
        if (earlier.length() > 0) {
            TokenCheck.checkLength(geometry.longest(), config);
        }
        Site.Text text = new Site.Text(given.tokens(), geometry.keyMask());
        return new Pass(table, stop, tokens, geometry, earlier, text, computed);
    }

    /** Returns the final norm, [batch, position, D]; throws {@link PassEnded} at the last site of the pass. */
    private NDArray run(Pass pass) {
        return network.normalized(network.residual(pass.tokens(), pass), pass);
    }
}
