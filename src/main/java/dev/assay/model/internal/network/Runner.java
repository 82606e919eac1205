package dev.assay.model.internal.network;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.internal.hook.HookTable;
import dev.assay.model.internal.hook.HookTable.Entry;
import dev.assay.model.internal.hook.OpenHooks;
import dev.assay.tensor.Scope;
import java.util.List;
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
        return logits(tokens, mask, normalized -> normalized.get(":, -1"));
    }

    private NDArray logits(NDArray tokens, NDArray mask, UnaryOperator<NDArray> positions) {
        part.requireWhole("the logits");
        try (Scope scope = Scope.open()) {
            NDArray normalized = run(openHooks().table(), HookTable.NEVER, tokens, mask);
            return scope.keep(network.unembed(positions.apply(normalized)));
        }
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
            run(table, stop, tokens, mask);
        } catch (PassEnded reached) {
            // The hooks have seen every site up to the last requested one.
        }
    }

    /** Runs to the deepest of the sites and returns their activations. */
    public ActivationCache cache(NDArray tokens, NDArray mask, List<HookPoint> points) {
        ActivationCache cache = new ActivationCache();
        try {
            List<Entry> reads =
                    points.stream().map(point -> reading(point, cache)).toList();
            int stop = HookTable.of(config.layers(), reads).deepest();
            observe(openHooks().tableWith(reads), stop, tokens, mask);
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

    /** Returns the final norm, [batch, position, D]; throws {@link PassEnded} at the site of slot {@code stop}. */
    private NDArray run(HookTable table, int stop, NDArray givenTokens, NDArray givenMask) {
        NDArray tokens = givenTokens.toDevice(device, false);
        NDArray mask = givenMask == null ? null : givenMask.toDevice(device, false);
        TokenCheck.check(tokens, mask, config);
        boolean explicitScores = table.hooksScores() || config.attention().softCap() > 0;
        SequenceGeometry geometry =
                SequenceGeometry.of(tokens, mask, config.attention().windows(), explicitScores);
        Pass pass = new Pass(table, stop, tokens, geometry);
        return network.normalized(network.residual(tokens, pass), pass);
    }
}
