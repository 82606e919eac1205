package dev.assay.sae;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Dictionaries and inputs for tests. */
public final class Dictionaries {
    private Dictionaries() {}

    /** Returns all fixture folders written by SAELens. */
    public static List<Path> fixtures() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of("src/test/resources/dev/assay/sae"))) {
            return folders.filter(folder -> Files.exists(folder.resolve("expected.safetensors")))
                    .sorted()
                    .toList();
        }
    }

    /** Returns a fixture folder written by SAELens, with its expected outputs. */
    public static Path fixture(String name) {
        return Path.of("src/test/resources/dev/assay/sae", name);
    }

    /** Returns a manager on the CPU. */
    public static NDManager manager() {
        return TorchEngine.newManager(Device.cpu());
    }

    /** Returns a builder with random weights and decoder rows of different norms. For transcoders, d_out is d_in + 3. */
    public static SparseAutoencoderBuilder random(NDManager manager, int dIn, int dSae, Architecture architecture) {
        return random(manager, dIn, dSae, architecture, new SplittableRandom(3));
    }

    public static SparseAutoencoderBuilder random(
            NDManager manager, int dIn, int dSae, Architecture architecture, SplittableRandom random) {
        int dOut = architecture.reconstructsInput() ? dIn : dIn + 3;
        Weights standard = new Weights(
                normal(manager, random, dSae, dIn),
                normal(manager, random, dSae),
                normal(manager, random, dSae, dOut),
                normal(manager, random, dOut));
        Map<String, NDArray> extra = new HashMap<>();
        new TreeMap<>(architecture.extraShapes(dIn, dSae, dOut))
                .forEach((name, shape) -> extra.put(name, normal(manager, random, shape.getShape())));
        return SparseAutoencoder.builder()
                .architecture(architecture)
                .weights(new Weights(
                        standard.encoder(), standard.encoderBias(), standard.decoder(), standard.decoderBias(), extra));
    }

    /** Returns one instance per architecture, valid for at least 8 latents. */
    public static List<Architecture> architectures() {
        List<Architecture> all =
                new ArrayList<>(List.of(new Standard(), new Gated(), new JumpRelu(), TopK.of(3), new TopK(3, true)));
        for (Architecture codes : List.copyOf(all)) {
            all.add(Transcoder.of(codes));
            all.add(Transcoder.withSkip(codes));
        }
        all.add(new BatchTopK(2.5, true, 0.7, false));
        all.add(new BatchTopK(3, false, 1.2, true));
        return all;
    }

    /** Returns normally distributed numbers. */
    public static NDArray normal(NDManager manager, SplittableRandom random, long... shape) {
        float[] numbers = new float[(int) new Shape(shape).size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return manager.create(numbers, new Shape(shape));
    }

    /** Returns the largest absolute difference relative to the largest absolute entry of a. */
    public static double distance(NDArray a, NDArray b) {
        return a.sub(b).abs().max().getFloat() / a.abs().max().getFloat();
    }
}
