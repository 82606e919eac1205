package dev.assay.model.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.HookBuilder;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.config.TransformerConfigBuilder;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.model.internal.network.Parameters;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StopInsideABlockTest {
    private static final int BLOCK = 1;

    private static TransformerConfigBuilder small(TransformerConfigBuilder builder) {
        return builder.vocabularySize(23).contextLength(12).layers(3).dModel(16).heads(2);
    }

    private static NDArray tokens(HookedTransformer model) {
        return model.manager().create(new long[] {1, 5, 22, 7, 7, 3, 0, 9, 14, 2}, new Shape(2, 5));
    }

    /** The layers of a block that a site takes, in a model whose blocks are sequential. */
    private static List<String> layersFor(Kind kind) {
        List<String> order = List.of("ln1", "qkv", "out", "ln2", "up", "down");
        int needed = switch (kind) {
            case RESID_PRE, LN1_SCALE, LN1_NORMALIZED -> 0;
            case Q, K, V, ATTN_SCORES, PATTERN, Z -> 2;
            case ATTN_OUT, RESID_MID, LN2_SCALE, LN2_NORMALIZED -> 3;
            case MLP_PRE, MLP_POST -> 5;
            default -> 6;
        };
        return order.subList(0, needed);
    }

    @Test
    void runToASiteUsesOnlyTheWeightsBeforeIt() {
        TransformerConfig config = small(TransformerConfig.gpt2()).build();
        try (HookedTransformer model = HookedTransformer.random(config, 1, Device.cpu());
                Scope scope = Scope.open()) {
            List<HookPoint> points = new ArrayList<>(model.hookPoints().stream()
                    .filter(point -> point.block() == BLOCK)
                    .toList());
            Map<HookPoint, NDArray> expected = new LinkedHashMap<>();
            try (ActivationCache cache = model.cache(tokens(model))) {
                points.forEach(point -> expected.put(point, cache.get(point).add(0f)));
            }
            Collections.reverse(points);
            NDArray tokens = tokens(model);
            for (HookPoint point : points) {
                // A weight that is closed cannot be used: the run would fail.
                model.parameters().forEach((name, weight) -> {
                    int block = Parameters.blockOf(name);
                    boolean needed = block < BLOCK && !name.startsWith(Parameters.LN_FINAL)
                            || block == BLOCK && layersFor(point.kind()).contains(name.split("\\.")[2]);
                    if (!needed) {
                        weight.close();
                    }
                });
                NDArray reached = model.runTo(point, tokens);
                assertTrue(expected.get(point).sub(reached).abs().max().getFloat() < 1e-6, point.name());
            }
            assertThrows(IllegalStateException.class, () -> model.runTo(HookPoint.z(BLOCK), tokens));
        }
    }

    @Test
    void openHooksActUpToTheSiteAndNotAfter() {
        TransformerConfig config = small(TransformerConfig.gptNeoX()).build();
        try (HookedTransformer model = HookedTransformer.random(config, 1, Device.cpu());
                Scope scope = Scope.open()) {
            List<HookPoint> seen = new ArrayList<>();
            HookBuilder hooks = model.hooks().edit(HookPoint.z(1), (x, site) -> x.add(2));
            for (HookPoint point : model.hookPoints()) {
                hooks.read(point, (x, site) -> seen.add(site.point()));
            }
            NDArray plain = model.runTo(HookPoint.z(1), tokens(model));
            try (HookScope open = hooks.open()) {
                NDArray edited = model.runTo(HookPoint.z(1), tokens(model));
                assertTrue(edited.sub(plain).sub(2).abs().max().getFloat() < 1e-6);
            }
            List<HookPoint> all = model.hookPoints();
            assertEquals(all.subList(0, all.indexOf(HookPoint.z(1)) + 1), seen);
        }
    }
}
