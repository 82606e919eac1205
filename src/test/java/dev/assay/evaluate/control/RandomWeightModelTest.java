package dev.assay.evaluate.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.ndarray.NDArray;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomWeightModelTest {
    @ParameterizedTest
    @ValueSource(strings = {"gpt_neox", "gemma2"})
    void weightsAreThoseOfANewModelOfTheSameArchitecture(String family) throws Exception {
        try (Scope scope = Scope.open();
                HookedTransformer model = HookedTransformer.load(Fixtures.folder(family));
                HookedTransformer random = RandomWeightModel.of(model, 3);
                HookedTransformer same = RandomWeightModel.of(model, 3);
                HookedTransformer other = RandomWeightModel.of(model, 4);
                HookedTransformer fresh =
                        HookedTransformer.initializer(model.config()).seed(3).create()) {
            assertEquals(model.config(), random.config());
            Map<String, NDArray> weights = random.parameters();
            assertEquals(model.parameters().keySet(), weights.keySet());
            weights.forEach((name, array) -> {
                float[] values = array.toFloatArray();
                assertEquals(model.parameters().get(name).getShape(), array.getShape());
                assertArrayEquals(same.parameters().get(name).toFloatArray(), values, name);
                assertArrayEquals(fresh.parameters().get(name).toFloatArray(), values, name);
                if (array.getShape().dimension() > 1) {
                    assertFalse(Arrays.equals(other.parameters().get(name).toFloatArray(), values), name);
                }
            });
        }
    }

    @Test
    void tokenizerIsSharedAndStaysOpen() throws Exception {
        try (HookedTransformer model = HookedTransformer.load(Fixtures.folder("gpt_neox"))) {
            try (HookedTransformer random = RandomWeightModel.of(model, 0, 1)) {
                assertArrayEquals(
                        model.tokenizer().encode("Nora ran"), random.tokenizer().encode("Nora ran"));
                assertEquals(1, deviation(embedding(random)), 0.1);
            }
            assertEquals("Nora", model.tokenizer().decode(model.tokenizer().encode("Nora")));
        }
    }

    private static NDArray embedding(HookedTransformer model) {
        return model.parameters().entrySet().stream()
                .filter(entry ->
                        entry.getKey().contains("embed") && !entry.getKey().contains("unembed"))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    private static double deviation(NDArray array) {
        float[] values = array.toFloatArray();
        double squares = 0;
        for (float value : values) {
            squares += value * (double) value;
        }
        return Math.sqrt(squares / values.length);
    }
}
