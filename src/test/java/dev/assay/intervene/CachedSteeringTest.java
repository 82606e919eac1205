package dev.assay.intervene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.Generator;
import dev.assay.model.HookedTransformer;
import dev.assay.model.Sampling;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.Architecture;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.sae.Transcoder;
import dev.assay.sae.Weights;
import dev.assay.tensor.Aten;
import dev.assay.tensor.TorchEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Generation under edits with a key-value cache equals generation that recomputes every text at every step. */
@Tag("slow")
class CachedSteeringTest {
    private static final List<int[]> PROMPTS =
            List.of(Cases.TOKENS, new int[] {5, 6, 7}, new int[] {30, 1, 2, 3, 4, 5, 6, 7, 8, 9});

    /** The context length of the model is 16: the last prompt moves on while the others grow. */
    private static final int NEW_TOKENS = 11;

    private static HookedTransformer model;
    private static SparseAutoencoder sae;

    @BeforeAll
    static void open() {
        model = Cases.model();
        // Large weights, so that edits of earlier positions change later tokens.
        model.parameters().values().stream()
                .filter(weight -> weight.getShape().dimension() == 2)
                .forEach(weight -> Aten.mul_(weight, 12));
        sae = Cases.dictionary();
    }

    @AfterAll
    static void close() {
        sae.close();
        model.close();
    }

    private static Intervention edits(SparseAutoencoder dictionary, TokenPositions positions) {
        return Intervention.of(model, dictionary)
                .positions(positions)
                .steer(7, 6)
                .clamp(3, 4)
                .scale(5, -2);
    }

    private static List<int[]> recomputed(Sampling sampling) {
        return new Generator(model.config().contextLength(), model::lastLogits)
                .continueTexts(PROMPTS, NEW_TOKENS, sampling);
    }

    private static void assertGeneratesAsRecomputed(Intervention edits, boolean changes) {
        Sampling sampling = new Sampling(0.5, 0, 11);
        List<int[]> plain = model.generate(PROMPTS, NEW_TOKENS, sampling);
        try (HookScope open = edits.open()) {
            List<int[]> expected = recomputed(sampling);
            List<int[]> found = model.generate(PROMPTS, NEW_TOKENS, sampling);
            boolean same = true;
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i), found.get(i), edits::toString);
                same &= Arrays.equals(plain.get(i), found.get(i));
            }
            assertEquals(changes, !same, edits::toString);
        }
    }

    static Stream<TokenPositions> positions() {
        return Stream.of(
                TokenPositions.all(),
                TokenPositions.last(),
                TokenPositions.from(4),
                TokenPositions.of(0, 3, 12),
                TokenPositions.where("of even tokens", id -> id % 2 == 0),
                new TokenPositions.Where(
                        "before even tokens", (tokens, i) -> i + 1 < tokens.length && tokens[i + 1] % 2 == 0));
    }

    @ParameterizedTest
    @MethodSource("positions")
    void generatesTheTokensOfRecomputation(TokenPositions positions) {
        assertGeneratesAsRecomputed(edits(sae, positions), true);
        assertGeneratesAsRecomputed(edits(sae, positions).dropError(), true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1:", ":-2", "-3:", ":4"})
    void generatesTheTokensOfRecomputationForDictionariesOfSomePositions(String slice) {
        String[] bounds = slice.split(":", -1);
        List<Integer> seqpos = new ArrayList<>();
        for (String bound : bounds) {
            seqpos.add(bound.isEmpty() ? null : Integer.valueOf(bound));
        }
        SaeMetadata metadata = SaeMetadata.builder()
                .hookName(Cases.POINT.name())
                .put("seqpos_slice", seqpos)
                .build();
        try (SparseAutoencoder some = dictionary(new TopK(6, false), metadata)) {
            assertGeneratesAsRecomputed(edits(some, TokenPositions.all()), true);
            assertGeneratesAsRecomputed(edits(some, TokenPositions.last()).steer(9, 30), !slice.equals(":-2"));
        }
    }

    @Test
    void generatesTheTokensOfRecomputationForTranscoders() {
        SaeMetadata metadata = SaeMetadata.builder()
                .hookName("blocks.1.ln2.hook_normalized")
                .put("hook_name_out", "blocks.1.hook_mlp_out")
                .build();
        try (SparseAutoencoder transcoder = dictionary(Transcoder.of(TopK.of(6)), metadata)) {
            assertGeneratesAsRecomputed(edits(transcoder, TokenPositions.all()), true);
            assertGeneratesAsRecomputed(edits(transcoder, TokenPositions.last()), true);
        }
    }

    private static SparseAutoencoder dictionary(Architecture architecture, SaeMetadata metadata) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            return SparseAutoencoder.builder()
                    .architecture(architecture)
                    .weights(new Weights(
                            Weights.randomDirections(manager, Cases.LATENTS, Cases.WIDTH, 1),
                            manager.zeros(new Shape(Cases.LATENTS)),
                            Weights.randomDirections(manager, Cases.LATENTS, Cases.WIDTH, 2),
                            manager.zeros(new Shape(Cases.WIDTH)),
                            Map.of()))
                    .metadata(metadata)
                    .build();
        }
    }

    @Test
    void editsOfAllPositionsComputeEachTokenOnce() {
        assertEquals(List.of(7L, 1L, 1L, 1L), computedPositions(TokenPositions.all()));
        // The newest token loses its edit when the next one is added, so that it is computed a second time.
        assertEquals(List.of(7L, 2L, 2L, 2L), computedPositions(TokenPositions.last()));
        assertEquals(
                List.of(7L, 8L, 9L, 10L),
                computedPositions(new TokenPositions.Where("of any kind", (tokens, i) -> true)));
    }

    private static List<Long> computedPositions(TokenPositions positions) {
        List<Long> computed = new ArrayList<>();
        try (HookScope edits = edits(sae, positions).open();
                HookScope reads = model.hooks()
                        .read(
                                HookPoint.residPost(2),
                                (x, site) -> computed.add(x.getShape().get(1)))
                        .incremental()
                        .open()) {
            model.generate(Cases.TOKENS, 4);
        }
        return computed;
    }

    @Test
    void continuationsUnderEditsDifferFromTheBaseline() {
        Sampling sampling = Sampling.greedy();
        int[] plain = model.generate(Cases.TOKENS, 6, sampling);
        try (HookScope open = edits(sae, TokenPositions.from(7)).open()) {
            assertFalse(Arrays.equals(plain, model.generate(Cases.TOKENS, 6, sampling)));
        }
    }
}
