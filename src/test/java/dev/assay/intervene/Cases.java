package dev.assay.intervene;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.Architecture;
import dev.assay.sae.BatchTopK;
import dev.assay.sae.Gated;
import dev.assay.sae.InputOptions;
import dev.assay.sae.JumpRelu;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseAutoencoderBuilder;
import dev.assay.sae.Standard;
import dev.assay.sae.TopK;
import dev.assay.sae.Weights;
import dev.assay.tensor.TorchEngine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A small random model and random dictionaries for it. */
public final class Cases {
    public static final int WIDTH = 24;
    public static final int LATENTS = 40;
    public static final HookPoint POINT = HookPoint.residPost(1);
    public static final int[] TOKENS = {3, 17, 4, 29, 11, 11, 8};

    private Cases() {}

    public static HookedTransformer model() {
        return HookedTransformer.random(
                TransformerConfig.gptNeoX()
                        .vocabularySize(32)
                        .contextLength(16)
                        .layers(3)
                        .dModel(WIDTH)
                        .heads(2)
                        .build(),
                5,
                Device.cpu());
    }

    static List<Architecture> architectures() {
        return List.of(
                new Standard(),
                new Gated(),
                new JumpRelu(),
                TopK.of(6),
                new TopK(6, true),
                new BatchTopK(5, true, 0.1, false),
                new BatchTopK(5, false, 0.1, true));
    }

    public static SparseAutoencoder dictionary() {
        return dictionary(TopK.of(6), ActivationNormalization.NONE, POINT, 1);
    }

    /** Creates a dictionary with large weights: activations of an untrained model are small, and codes should not be. */
    public static SparseAutoencoder dictionary(
            Architecture architecture, ActivationNormalization normalization, HookPoint point, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            Map<String, NDArray> extra = new HashMap<>();
            new TreeMap<>(architecture.extraShapes(WIDTH, LATENTS, WIDTH))
                    .forEach((name, shape) -> extra.put(name, normal(manager, random, 0.05, shape.getShape())));
            SparseAutoencoderBuilder builder = SparseAutoencoder.builder()
                    .architecture(architecture)
                    .weights(new Weights(
                            normal(manager, random, 1, LATENTS, WIDTH),
                            normal(manager, random, 0.05, LATENTS),
                            normal(manager, random, 0.3, LATENTS, WIDTH),
                            normal(manager, random, 0.02, WIDTH),
                            extra))
                    .metadata(SaeMetadata.builder().hookName(point.name()).build());
            if (normalization != ActivationNormalization.NONE) {
                builder.input(new InputOptions(normalization, true, false));
            }
            return builder.build();
        }
    }

    static NDArray normal(NDManager manager, SplittableRandom random, double deviation, long... shape) {
        float[] numbers = new float[(int) new Shape(shape).size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (deviation * random.nextGaussian());
        }
        return manager.create(numbers, new Shape(shape));
    }

    public static NDArray tokens(HookedTransformer model, int... ids) {
        long[] longs = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            longs[i] = ids[i];
        }
        return model.manager().create(longs, new Shape(1, ids.length));
    }
}
