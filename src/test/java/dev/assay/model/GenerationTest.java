package dev.assay.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GenerationTest {
    private static HookedTransformer model;
    private static final int[] PROMPT = {5, 17, 200};

    @BeforeAll
    static void load() {
        model = Fixtures.load("gpt2");
    }

    @AfterAll
    static void unload() {
        model.close();
    }

    @Test
    void samplesRepeatWithTheirSeed() {
        int[] once = model.generate(PROMPT, 12, Sampling.random(1));
        assertArrayEquals(once, model.generate(PROMPT, 12, Sampling.random(1)));
        assertFalse(Arrays.equals(once, model.generate(PROMPT, 12, Sampling.random(2))));
        assertArrayEquals(PROMPT, Arrays.copyOf(once, 3));
        assertArrayEquals(model.generate(PROMPT, 12), model.generate(PROMPT, 12, new Sampling(1, 1, 9)));
    }

    @Test
    void drawsFollowTheProbabilitiesOfTheTopK() {
        float[] logits = {0, (float) Math.log(3), -50, (float) Math.log(2)};
        int[] counts = new int[4];
        NextToken next = new NextToken(new Sampling(1, 2, 4));
        for (int i = 0; i < 5000; i++) {
            counts[next.draw(logits)]++;
        }
        assertEquals(0, counts[0] + counts[2]);
        assertEquals(0.6, counts[1] / 5000.0, 0.03);
    }

    @Test
    void openHooksAffectGeneration() {
        int[] plain = model.generate(PROMPT, 6);
        try (HookScope open = model.hooks()
                .edit(HookPoint.residPost(1), (x, site) -> x.zerosLike())
                .open()) {
            assertFalse(Arrays.equals(plain, model.generate(PROMPT, 6)));
        }
    }

    @Test
    void generatesBeyondTheContextLength() {
        assertEquals(70, model.generate(PROMPT, 67).length);
        InvalidInputException refused = assertThrows(InvalidInputException.class, () -> model.generate(new int[0], 1));
        assertTrue(refused.getMessage().contains("a prompt has no tokens"));
    }

    @Test
    void encodesTextAsTokensOfTheModel() throws IOException {
        try (HookedTransformer stories = HookedTransformer.load("assay/stories");
                NDArray tokens = stories.tokens("Nora gave Tom a red ball.");
                NDArray logits = stories.forward(tokens)) {
            long[] ids = tokens.toLongArray();
            assertEquals(new Shape(1, ids.length), tokens.getShape());
            assertEquals(
                    "Nora gave Tom a red ball.",
                    stories.tokenizer()
                            .decode(Arrays.stream(ids)
                                    .mapToInt(Math::toIntExact)
                                    .toArray()));
            assertEquals(stories.config().vocabularySize(), logits.getShape().get(2));
        }
    }
}
