package dev.assay;

import static dev.assay.ClosedWhileRunning.assertCallsEnd;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.Dictionaries;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.text.tokenizer.Tokenizer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("slow")
@Timeout(120)
class CloseWhileRunningTest {
    private static final TransformerConfig CONFIG = TransformerConfig.gptNeoX()
            .vocabularySize(50)
            .contextLength(32)
            .layers(2)
            .dModel(16)
            .heads(2)
            .build();
    private static final long[] IDS = {3, 1, 4, 1, 5, 9, 2, 6};

    private static HookedTransformer model() {
        return HookedTransformer.random(CONFIG, 1, Device.cpu());
    }

    private static NDArray tokens(HookedTransformer model) {
        return model.manager().create(IDS, new Shape(1, IDS.length));
    }

    private static SparseAutoencoder dictionary() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            return Dictionaries.random(manager, 16, 64, TopK.of(4)).build();
        }
    }

    @Test
    void closingAModelWaitsForTheRunningPass() throws Exception {
        HookedTransformer model = model();
        float[] expected;
        try (Scope scope = Scope.open()) {
            expected = model.forward(tokens(model)).toFloatArray();
        }
        CountDownLatch inHook = new CountDownLatch(1);
        CountDownLatch proceed = new CountDownLatch(1);
        CompletableFuture<float[]> logits = CompletableFuture.supplyAsync(() -> {
            try (Scope scope = Scope.open();
                    HookScope hooks = model.hooks()
                            .read(HookPoint.residPost(0), (activation, site) -> {
                                inHook.countDown();
                                await(proceed);
                            })
                            .open()) {
                return model.forward(tokens(model))
                        .toFloatArray(); // read after the call, without protection of the model
            }
        });
        inHook.await();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(model::close);
        Thread.sleep(200);
        assertTrue(!closing.isDone());
        proceed.countDown();
        assertArrayEquals(expected, logits.get(20, TimeUnit.SECONDS));
        closing.get(20, TimeUnit.SECONDS);
        String message = assertThrows(IllegalStateException.class, () -> model.forward(null))
                .getMessage();
        assertEquals("the model " + model.name() + " is closed", message);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @Test
    void closingAModelWithinItsHookFails() {
        try (HookedTransformer model = model();
                Scope scope = Scope.open();
                HookScope hooks = model.hooks()
                        .read(HookPoint.residPost(0), (activation, site) -> model.close())
                        .open()) {
            NDArray tokens = tokens(model);
            String message = assertThrows(IllegalStateException.class, () -> model.forward(tokens))
                    .getMessage();
            assertEquals("the model " + model.name() + " cannot be closed within one of its calls", message);
        }
    }

    @Test
    void resultsOfALivingThreadOutliveTheModel() throws Exception {
        HookedTransformer model = model();
        CountDownLatch computed = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        CompletableFuture<float[][]> both = CompletableFuture.supplyAsync(() -> {
            try (Scope scope = Scope.open()) {
                NDArray logits = model.forward(tokens(model));
                float[] before = logits.toFloatArray();
                computed.countDown();
                await(closed);
                return new float[][] {before, logits.mul(2f).toFloatArray()};
            }
        });
        computed.await();
        model.close();
        closed.countDown();
        float[][] values = both.get(20, TimeUnit.SECONDS);
        for (int i = 0; i < values[0].length; i++) {
            assertEquals(2 * values[0][i], values[1][i]);
        }
    }

    @Test
    void callsOfAClosedModelEnd() throws Exception {
        assertCallsEnd("the model .* is closed", CloseWhileRunningTest::model, model -> {
            NDArray tokens = tokens(model);
            model.forward(tokens).toFloatArray();
            model.cache(tokens).close();
            model.runTo(HookPoint.residPost(0), tokens).toFloatArray();
            model.generate(new int[] {1, 2}, 2);
        });
    }

    @Test
    void callsOfAClosedDictionaryEnd() throws Exception {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            NDArray x = manager.randomNormal(new Shape(64, 16));
            assertCallsEnd("the dictionary is closed", CloseWhileRunningTest::dictionary, sae -> {
                sae.reconstruct(x).toFloatArray();
                sae.decode(sae.encode(x)).toFloatArray();
                sae.preActivations(x).toFloatArray();
            });
        }
    }

    @Test
    void callsOfAClosedTokenizerEnd() throws Exception {
        assertCallsEnd(
                "the tokenizer .* is closed",
                () -> Tokenizer.load(Fixtures.folder("gpt_neox")),
                tokenizer -> tokenizer.decode(tokenizer.encode("Nora gave the lantern to Felix.")));
    }
}
