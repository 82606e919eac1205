package dev.assay.experiment.ioi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.SparseCodes;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import org.junit.jupiter.api.Test;

class ReconstructionTest {
    /** Counts how often activations are encoded. */
    private static final class Counting implements Dictionary {
        private final SparseAutoencoder sae;
        private int encoded;

        Counting(SparseAutoencoder sae) {
            this.sae = sae;
        }

        @Override
        public int dIn() {
            return sae.dIn();
        }

        @Override
        public int dSae() {
            return sae.dSae();
        }

        @Override
        public SparseCodes encode(NDArray x) {
            encoded++;
            return sae.encode(x);
        }

        @Override
        public NDArray decode(SparseCodes codes) {
            return sae.decode(codes);
        }

        @Override
        public NDArray reconstruct(NDArray x) {
            encoded++;
            return sae.reconstruct(x);
        }

        @Override
        public NDArray decoder() {
            return sae.decoder();
        }

        @Override
        public SaeMetadata metadata() {
            return sae.metadata();
        }

        @Override
        public void close() {
            sae.close();
        }
    }

    /** The dictionary has the positive sides of two of three dimensions. */
    private static SparseAutoencoder twoOfThree(NDManager manager) {
        NDArray rows = manager.create(new float[] {1, 0, 0, 0, 1, 0}, new Shape(2, 3));
        return SparseAutoencoder.builder()
                .architecture(new Standard())
                .weights(new Weights(rows, manager.zeros(new Shape(2)), rows, manager.zeros(new Shape(3))))
                .build();
    }

    @Test
    void sampleIsEncodedOnce() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Counting dictionary = new Counting(twoOfThree(manager))) {
            NDArray sample = manager.create(new float[] {3, 1, 2, 1, -1, 0}, new Shape(2, 3));
            Reconstruction reconstruction = Reconstruction.of(dictionary, sample);
            assertEquals(1, dictionary.encoded);
            assertEquals(1.5, reconstruction.l0(), 1e-12, "two active latents, then one");
            assertEquals(
                    5.0 / 6, reconstruction.fvu(), 1e-12, "errors (0, 0, 2) and (0, −1, 0); deviations ±(1, 1, 1)");
        }
    }
}
