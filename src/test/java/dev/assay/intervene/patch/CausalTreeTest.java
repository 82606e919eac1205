package dev.assay.intervene.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class CausalTreeTest {
    private static final int WIDTH = 64;
    private static final int LATENTS = 64;
    private static final int TARGET = 7;

    private static HookedTransformer model;

    @BeforeAll
    static void createModel() {
        model = HookedTransformer.random(
                TransformerConfig.gptNeoX()
                        .vocabularySize(40)
                        .contextLength(16)
                        .layers(2)
                        .dModel(WIDTH)
                        .heads(4)
                        .build(),
                3,
                Device.cpu());
    }

    @AfterAll
    static void closeModel() {
        model.close();
    }

    private static SparseAutoencoder dictionary(HookPoint point, NDArray rows, NDArray bias) {
        return SparseAutoencoder.builder()
                .architecture(new Standard())
                .weights(new Weights(rows, bias, rows, model.manager().zeros(new Shape(WIDTH))))
                .metadata(SaeMetadata.builder().hookName(point.name()).build())
                .build();
    }

    private static List<int[]> contexts(SplittableRandom random) {
        List<int[]> contexts = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            contexts.add(IntStream.range(0, 8).map(j -> random.nextInt(40)).toArray());
        }
        return contexts;
    }

    private static long[] flat(List<int[]> contexts) {
        return contexts.stream().flatMapToInt(IntStream::of).asLongStream().toArray();
    }

    /**
     * Plants a link from an active latent of block 0 to the latent {@link #TARGET} of block 1 and returns whether it ranks first. The link
     * adds the cause's projection along the direction of the target to the output of block 1.
     */
    private static boolean plantedCauseRanksFirst(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<int[]> contexts = contexts(random);
        try (Scope scope = Scope.open()) {
            NDManager manager = model.manager();
            NDArray early = Weights.randomDirections(manager, LATENTS, WIDTH, 2 * seed);
            NDArray late = Weights.randomDirections(manager, LATENTS, WIDTH, 2 * seed + 1);
            NDArray zero = manager.zeros(new Shape(LATENTS));
            try (SparseAutoencoder first = dictionary(HookPoint.residPost(0), early, zero);
                    SparseAutoencoder second = dictionary(HookPoint.residPost(1), late, zero)) {
                NDArray x = model.runTo(HookPoint.residPost(0), manager.create(flat(contexts), new Shape(2, 8)));
                float[] activity = first.encode(x).dense().sum(new int[] {0}).toFloatArray();
                int cause;
                do {
                    cause = random.nextInt(LATENTS);
                } while (activity[cause] == 0);
                NDArray from = early.get(new NDIndex("{}", (long) cause)).reshape(WIDTH, 1);
                NDArray to = late.get(new NDIndex("{}", (long) TARGET)).reshape(1, WIDTH);
                // The hooks of the tree edit resid_post of block 0, which resid_pre of block 1 repeats.
                NDArray[] link = new NDArray[1];
                try (HookScope planted = model.hooks()
                        .read(
                                HookPoint.residPre(1),
                                (activation, site) -> link[0] = Scope.detached(() -> activation
                                        .matMul(from)
                                        .maximum(0)
                                        .matMul(to)
                                        .mul(20)))
                        .edit(HookPoint.residPost(1), (activation, site) -> {
                            try (NDArray added = link[0]) {
                                return activation.add(added);
                            }
                        })
                        .open()) {
                    CausalTree tree = CausalTree.options(
                                    List.of(AttachedDictionary.of(model, first), AttachedDictionary.of(model, second)))
                            .branches(3)
                            .grow(1, TARGET, contexts);
                    return tree.root().children().get(0).latent() == cause
                            && tree.root().children().get(0).change() < 0;
                }
            }
        }
    }

    @Test
    void plantedCauseRanksFirstInAtLeast95Of100Instances() {
        long found = IntStream.range(0, 100)
                .filter(CausalTreeTest::plantedCauseRanksFirst)
                .count();
        assertTrue(found >= 95, found + " of 100 planted causes rank first");
    }

    @Test
    void treeFollowsTheLayersAndAgreesWithTheAblationGraph() {
        try (Scope scope = Scope.open()) {
            NDManager manager = model.manager();
            NDArray zero = manager.zeros(new Shape(LATENTS));
            List<int[]> contexts = contexts(new SplittableRandom(5));
            List<AttachedDictionary> dictionaries = new ArrayList<>();
            for (HookPoint point : List.of(HookPoint.residPre(0), HookPoint.residPost(0), HookPoint.residPost(1))) {
                dictionaries.add(AttachedDictionary.of(
                        model,
                        dictionary(
                                point, Weights.randomDirections(manager, LATENTS, WIDTH, dictionaries.size()), zero)));
            }
            AblationGraph graph = AblationGraph.options(dictionaries).run(contexts);
            CausalTree tree = CausalTree.options(dictionaries).branches(2).grow(2, TARGET, contexts);
            CausalTree.Node root = tree.root();
            assertEquals("blocks.1.hook_resid_post", root.site());
            assertEquals(2, root.children().size());
            for (CausalTree.Node child : root.children()) {
                assertEquals(1, child.dictionary());
                assertEquals(graph.effect(1, child.latent(), 2, TARGET), child.effect(), 1e-6);
                assertEquals(2, child.children().size());
                for (CausalTree.Node leaf : child.children()) {
                    assertEquals(0, leaf.dictionary());
                    assertEquals(graph.effect(0, leaf.latent(), 1, child.latent()), leaf.effect(), 1e-6);
                    assertTrue(leaf.children().isEmpty());
                }
            }
            double largest = IntStream.range(0, LATENTS)
                    .mapToDouble(i -> graph.effect(1, i, 2, TARGET))
                    .max()
                    .orElseThrow();
            assertEquals(largest, root.children().get(0).effect(), 1e-6);
            assertEquals(0, graph.effect(2, 3, 0, 4), "no effect on earlier layers");
            assertEquals(0, graph.effect(1, 3, 1, 3), "no effect on itself");
            assertTrue(graph.effect(1, 3, 1, 4) >= 0);
            CausalTree all = CausalTree.options(dictionaries)
                    .branches(2 * LATENTS)
                    .depth(1)
                    .fromAllEarlier()
                    .grow(2, TARGET, contexts);
            assertTrue(all.root().children().stream().anyMatch(child -> child.dictionary() == 0));
            CausalTree limited =
                    CausalTree.options(dictionaries).candidates(3).depth(1).grow(2, TARGET, contexts);
            assertEquals(3, limited.root().candidates());
            assertTrue(limited.root().active() > 3);
            dictionaries.forEach(each -> each.sae().close());
        }
    }

    @Test
    void wrongInputIsOneSentence() {
        try (Scope scope = Scope.open();
                SparseAutoencoder sae = dictionary(
                        HookPoint.residPost(0),
                        Weights.randomDirections(model.manager(), LATENTS, WIDTH, 1),
                        model.manager().ones(new Shape(LATENTS)).mul(-1000))) {
            CausalTree.Options options = CausalTree.options(List.of(AttachedDictionary.of(model, sae)));
            List<int[]> contexts = List.of(new int[] {1, 2, 3});
            assertTrue(assertThrows(InvalidInputException.class, () -> options.grow(0, 5, contexts))
                    .getMessage()
                    .contains("is not active on the contexts"));
            assertThrows(InvalidInputException.class, () -> options.grow(1, 5, contexts));
            assertThrows(InvalidInputException.class, () -> options.grow(0, LATENTS, contexts));
            assertTrue(assertThrows(
                            InvalidInputException.class,
                            () -> options.grow(0, 5, List.of(new int[] {1, 2}, new int[] {1})))
                    .getMessage()
                    .startsWith("context 1 has 1 tokens, expected 2"));
        }
    }
}
