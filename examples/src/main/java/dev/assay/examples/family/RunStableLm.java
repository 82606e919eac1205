package dev.assay.examples.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.ActivationFunction;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;

/** Loads a checkpoint of {@link StableLm}, a model family from outside the library, and reads one of its activations. */
public final class RunStableLm {
    private RunStableLm() {}

    /** Runs the model in the folder of the first argument; without one, a small random model that it writes first. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args.length == 0 ? "target/stablelm" : args[0]);
        if (args.length == 0) {
            writeRandomCheckpoint(folder);
        }
        try (HookedTransformer model = HookedTransformer.load(folder);
                Scope scope = Scope.open()) {
            System.out.println(model.describe());
            NDArray tokens = model.manager().create(new long[] {1, 5, 2, 7}, new Shape(1, 4));
            NDArray residual = model.runTo(HookPoint.residPost(0), tokens);
            System.out.println("residual stream after block 0: " + residual.getShape());
        }
    }

    private static void writeRandomCheckpoint(Path folder) throws IOException {
        TransformerConfig config = TransformerConfig.builder("stablelm")
                .layers(2)
                .dModel(32)
                .vocabularySize(64)
                .gated(true)
                .activation(ActivationFunction.SILU)
                .rotary(0.25, 10_000)
                .attentionBias(false, false)
                .feedForwardBias(false)
                .build();
        try (HookedTransformer model =
                HookedTransformer.initializer(config).seed(1).create()) {
            model.save(folder);
        }
    }
}
