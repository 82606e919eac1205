package dev.assay.feature.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.InputOptions;
import dev.assay.sae.JumpRelu;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Weights;
import dev.assay.tensor.TorchEngine;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests that the hash of a dictionary depends on all weights and options. */
class WeightsHashTest {
    private static final int ARRAYS = 5;

    @Test
    void hashChangesWithEveryArrayAndOption() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            Set<String> hashes = new HashSet<>();
            for (int changed = -1; changed < ARRAYS; changed++) {
                hashes.add(hash(manager, changed, InputOptions.CENTRED));
            }
            hashes.add(hash(manager, -1, InputOptions.PLAIN));
            assertEquals(ARRAYS + 2, hashes.size());
            assertEquals(hash(manager, 4, InputOptions.CENTRED), hash(manager, 4, InputOptions.CENTRED));
            assertNotEquals(hash(manager, -1, InputOptions.CENTRED), hash(manager, 4, InputOptions.CENTRED));
        }
    }

    private static String hash(NDManager manager, int changed, InputOptions input) {
        Shape[] shapes = {new Shape(3, 2), new Shape(3), new Shape(3, 2), new Shape(2), new Shape(3)};
        NDArray[] arrays = new NDArray[ARRAYS];
        for (int i = 0; i < ARRAYS; i++) {
            arrays[i] = manager.ones(shapes[i]).mul(i == changed ? 2f : 1f);
        }
        try (SparseAutoencoder sae = SparseAutoencoder.builder()
                .architecture(new JumpRelu())
                .input(input)
                .weights(new Weights(arrays[0], arrays[1], arrays[2], arrays[3], Map.of("threshold", arrays[4])))
                .build()) {
            return WeightsHash.of(sae);
        }
    }
}
