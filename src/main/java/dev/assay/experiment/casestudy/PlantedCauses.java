package dev.assay.experiment.casestudy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.attach.AttachedDictionary;
import dev.assay.intervene.patch.CausalTree;
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

/**
 * Instances with a known cause: a link that adds the projection on the direction of one active latent of block 0, along the direction of one
 * latent of block 1, to the output of block 1 of an untrained model. Dictionaries are random, so their directions overlap.
 *
 * @param instances the number of instances
 * @param first the number of instances whose cause ranks first
 * @param chance the expected number for a random order of the active latents
 */
record PlantedCauses(int instances, int first, double chance) {
    private static final int WIDTH = 64;
    private static final int LATENTS = 64;
    private static final int VOCABULARY = 40;
    private static final int TARGET = 7;
    private static final int CONTEXTS = 2;
    private static final int LENGTH = 8;
    private static final double STRENGTH = 20;

    /** Plants causes and grows the tree of each target. */
    static PlantedCauses measure(int instances) {
        int first = 0;
        double chance = 0;
        try (HookedTransformer model = HookedTransformer.random(
                TransformerConfig.gptNeoX()
                        .vocabularySize(VOCABULARY)
                        .contextLength(16)
                        .layers(2)
                        .dModel(WIDTH)
                        .heads(4)
                        .build(),
                3,
                Device.cpu())) {
            for (int instance = 0; instance < instances; instance++) {
                Ranked ranked = instance(model, instance);
                first += ranked.first() ? 1 : 0;
                chance += 1.0 / ranked.active();
            }
        }
        return new PlantedCauses(instances, first, chance);
    }

    private record Ranked(boolean first, int active) {}

    private static Ranked instance(HookedTransformer model, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<int[]> contexts = new ArrayList<>();
        for (int i = 0; i < CONTEXTS; i++) {
            contexts.add(IntStream.range(0, LENGTH)
                    .map(j -> random.nextInt(VOCABULARY))
                    .toArray());
        }
        try (Scope scope = Scope.open()) {
            NDManager manager = model.manager();
            NDArray early = Weights.randomDirections(manager, LATENTS, WIDTH, 2 * seed);
            NDArray late = Weights.randomDirections(manager, LATENTS, WIDTH, 2 * seed + 1);
            try (SparseAutoencoder before = dictionary(manager, HookPoint.residPost(0), early);
                    SparseAutoencoder after = dictionary(manager, HookPoint.residPost(1), late)) {
                int cause = active(model, before, contexts, random);
                try (HookScope link = link(model, row(early, cause), row(late, TARGET))) {
                    CausalTree.Node root = CausalTree.options(
                                    List.of(AttachedDictionary.of(model, before), AttachedDictionary.of(model, after)))
                            .branches(1)
                            .grow(1, TARGET, contexts)
                            .root();
                    boolean first =
                            !root.children().isEmpty() && root.children().get(0).latent() == cause;
                    return new Ranked(first, root.active());
                }
            }
        }
    }

    private static SparseAutoencoder dictionary(NDManager manager, HookPoint point, NDArray rows) {
        return SparseAutoencoder.builder()
                .architecture(new Standard())
                .weights(new Weights(rows, manager.zeros(new Shape(LATENTS)), rows, manager.zeros(new Shape(WIDTH))))
                .metadata(SaeMetadata.builder().hookName(point.name()).build())
                .build();
    }

    private static NDArray row(NDArray rows, int index) {
        return rows.get(new NDIndex("{}", (long) index)).reshape(1, WIDTH);
    }

    private static int active(
            HookedTransformer model, SparseAutoencoder sae, List<int[]> contexts, SplittableRandom random) {
        long[] ids =
                contexts.stream().flatMapToInt(IntStream::of).asLongStream().toArray();
        NDArray x = model.runTo(HookPoint.residPost(0), model.manager().create(ids, new Shape(CONTEXTS, LENGTH)));
        float[] activity = sae.encode(x).dense().sum(new int[] {0}).toFloatArray();
        int cause = random.nextInt(LATENTS);
        while (activity[cause] == 0) {
            cause = random.nextInt(LATENTS);
        }
        return cause;
    }

    /** Adds relu(x · from) · to, with x the input of block 1, to the output of block 1. */
    private static HookScope link(HookedTransformer model, NDArray from, NDArray to) {
        NDArray[] added = new NDArray[1]; // kept from the input of the block to its output
        return model.hooks()
                .read(
                        HookPoint.residPre(1),
                        (activation, site) -> added[0] = Scope.detached(() -> activation
                                .matMul(from.transpose())
                                .maximum(0)
                                .matMul(to)
                                .mul(STRENGTH)))
                .edit(HookPoint.residPost(1), (activation, site) -> {
                    try (NDArray sum = added[0]) {
                        return activation.add(sum);
                    }
                })
                .open();
    }
}
