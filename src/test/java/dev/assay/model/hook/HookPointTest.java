package dev.assay.model.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HookPointTest {
    @Test
    void namesMatchTransformerLens() {
        assertEquals("hook_embed", HookPoint.embed().name());
        assertEquals("blocks.3.hook_resid_post", HookPoint.residPost(3).name());
        assertEquals("blocks.0.attn.hook_z", HookPoint.z(0).name());
        assertEquals("blocks.12.mlp.hook_post", HookPoint.mlpPost(12).name());
        assertEquals("ln_final.hook_scale", new HookPoint(Kind.LN_FINAL_SCALE, -1).name());
    }

    @Test
    void parsesEveryNameOfASite() {
        for (Kind kind : Kind.values()) {
            HookPoint point = new HookPoint(kind, kind.inBlock() ? 7 : -1);
            assertEquals(point, HookPoint.parse(point.name()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "blocks.",
                "blocks.3.",
                "blocks.3.hook_foo",
                "blocks.-1.hook_z",
                "hook_resid_post",
                "blocks.3.hook_embed",
                "blocks.99999999999.hook_resid_post"
            })
    void rejectsUnknownNamesWithTheKnownOnes(String name) {
        InvalidInputException refused = assertThrows(InvalidInputException.class, () -> HookPoint.parse(name));
        assertTrue(refused.getMessage().startsWith("hook point \"" + name + "\" is not a site"), refused.getMessage());
        assertTrue(refused.getMessage().contains("blocks.{i}.hook_resid_post"), refused.getMessage());
    }

    @Test
    void slotsAreDistinctAndInTheOrderOfComputation() {
        try (HookedTransformer model = HookedTransformer.random(
                TransformerConfig.gpt2().dModel(8).heads(2).layers(3).build(), 0, Device.cpu())) {
            List<HookPoint> points = model.hookPoints();
            Set<Integer> seen = new HashSet<>();
            int last = -1;
            for (HookPoint point : points) {
                int slot = point.kind().slot(point.block(), 3);
                assertTrue(slot > last, point.name());
                assertTrue(slot <= Kind.LN_FINAL_NORMALIZED.slot(-1, 3), point.name());
                seen.add(slot);
                last = slot;
            }
            assertEquals(points.size(), seen.size());
        }
    }
}
