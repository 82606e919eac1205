package dev.assay.model.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartialLoadingTest {
    private static HookedTransformer whole;

    @TempDir
    Path folder;

    @BeforeAll
    static void load() {
        whole = Fixtures.load("gpt2");
    }

    @AfterAll
    static void unload() {
        whole.close();
    }

    private static NDArray tokens(HookedTransformer model) {
        return model.manager().create(new long[] {5, 17, 200, 3, 42, 8}, new Shape(2, 3));
    }

    /** Copies the checkpoint without some of its tensors. */
    private void copyWithout(Predicate<String> dropped) throws IOException {
        Fixtures.copy("gpt2", folder, false);
        Path file = folder.resolve("model.safetensors");
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            try (Safetensors weights = Safetensors.open(file)) {
                weights.names().stream()
                        .filter(dropped.negate())
                        .forEach(name -> tensors.put(name, weights.load(manager, name)));
            }
            Safetensors.write(file, tensors, Map.of());
        }
    }

    private static void assertNear(NDArray expected, NDArray found) {
        assertEquals(0, expected.sub(found).abs().max().getFloat(), 1e-5);
    }

    private static void refused(String message, Runnable action) {
        InvalidInputException refused = assertThrows(InvalidInputException.class, action::run);
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    @Test
    void partialLoadingSkipsDeeperBlocks() throws IOException {
        copyWithout(name -> name.contains(".h.2.") || name.contains("ln_f"));
        HookPoint last = HookPoint.residPost(1);
        try (HookedTransformer part = HookedTransformer.loader().upTo(last).load(folder);
                Scope scope = Scope.open();
                ActivationCache all = part.cache(tokens(part));
                ActivationCache expected =
                        whole.cache(tokens(whole), part.hookPoints().toArray(HookPoint[]::new))) {
            assertTrue(part.hookPoints().contains(last));
            assertFalse(part.has(HookPoint.mlpOut(2)));
            for (HookPoint point : part.hookPoints()) {
                assertTrue(expected.get(point).contentEquals(all.get(point)), point.name());
            }
            // What the next block would read is there; nothing of that block is.
            assertEquals(
                    HookPoint.residPre(2),
                    part.hookPoints().get(part.hookPoints().size() - 1));
            assertNear(expected.get(HookPoint.residPre(2)), part.runTo(HookPoint.residPre(2), tokens(part)));
        }
    }

    @Test
    void residPreNeedsNoWeightOfItsBlock() throws IOException {
        copyWithout(name -> name.contains(".h.1.") || name.contains(".h.2.") || name.contains("ln_f"));
        try (HookedTransformer part = HookedTransformer.loader()
                        .upTo(HookPoint.residPre(1), HookPoint.embed())
                        .load(folder);
                Scope scope = Scope.open()) {
            assertNear(
                    whole.runTo(HookPoint.residPre(1), tokens(whole)), part.runTo(HookPoint.residPre(1), tokens(part)));
        }
    }

    @Test
    void loadsTheEmbeddingAlone() throws IOException {
        copyWithout(name -> name.contains(".h.") || name.contains("ln_f"));
        try (HookedTransformer part =
                        HookedTransformer.loader().upTo(HookPoint.embed()).load(folder);
                Scope scope = Scope.open()) {
            assertEquals(
                    List.of("hook_embed", "hook_pos_embed", "blocks.0.hook_resid_pre"),
                    part.hookPoints().stream().map(HookPoint::name).toList());
            assertNear(
                    whole.runTo(HookPoint.residPre(0), tokens(whole)), part.runTo(HookPoint.residPre(0), tokens(part)));
        }
    }

    @Test
    void finalNormNeedsEveryBlockButNoUnembedding() throws IOException {
        HookPoint last = new HookPoint(HookPoint.Kind.LN_FINAL_NORMALIZED, -1);
        try (HookedTransformer full = Fixtures.load("gpt_neox");
                HookedTransformer part = HookedTransformer.loader().upTo(last).load(Fixtures.folder("gpt_neox"));
                Scope scope = Scope.open()) {
            assertNear(full.runTo(last, tokens(full)), part.runTo(last, tokens(part)));
            assertEquals(full.hookPoints(), part.hookPoints());
            refused(", without the logits", () -> part.forward(tokens(part)));
        }
    }

    @Test
    void rejectsDeeperSitesWithOneSentence() throws IOException {
        try (HookedTransformer part = HookedTransformer.loader()
                .upTo(HookPoint.attnOut(1))
                .load(Fixtures.folder("gpt2").toString())) {
            String start = "the model is loaded up to blocks.1.hook_attn_out, without ";
            HookPoint deeper = HookPoint.residPost(2);
            refused(start + "hook point " + deeper, () -> part.hooks().read(deeper, (x, site) -> {}));
            refused(start + "hook point " + deeper, () -> part.cache(tokens(part), deeper));
            refused(start + "hook point " + deeper, () -> part.runTo(deeper, tokens(part)));
            refused(
                    start + "the logits; expected a model loaded up to a deeper site, or the whole model",
                    () -> part.forward(tokens(part)));
            refused(start + "the logits", () -> part.generate(new int[] {1}, 1));
            refused(start + "the logits", part::unembedding);
            refused(start + "the final norm", part::finalNormWeight);
            refused(start + "the final norm", () -> part.finalNorm(tokens(part)));
            refused(start, () -> {
                try {
                    part.save(folder.resolve("saved"));
                } catch (IOException unexpected) {
                    throw new AssertionError(unexpected);
                }
            });
        }
    }

    @Test
    void rejectsAnUnknownSiteBeforeReadingWeights() throws IOException {
        copyWithout(name -> true);
        InvalidInputException refused = assertThrows(
                InvalidInputException.class,
                () -> HookedTransformer.loader().upTo(HookPoint.residPost(3)).load(folder));
        assertTrue(refused.getMessage().contains("expected a block of the model"), refused.getMessage());
    }
}
