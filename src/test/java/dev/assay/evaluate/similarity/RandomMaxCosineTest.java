package dev.assay.evaluate.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import org.junit.jupiter.api.Test;

class RandomMaxCosineTest {
    @Test
    void equalsTheMeanOverDrawnDirections() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            for (int[] shape : new int[][] {{64, 1024}, {8, 5}, {3, 200}, {2, 7}}) {
                NDArray targets = Weights.randomDirections(manager, 3000, shape[0], 1);
                NDArray atoms = Weights.randomDirections(manager, shape[1], shape[0], 2);
                NDArray cosines = targets.matMul(atoms.transpose());
                RandomMaxCosine expected = new RandomMaxCosine(shape[0], shape[1]);
                double signed = cosines.max(new int[] {1}).mean().getFloat();
                double absolute = cosines.abs().max(new int[] {1}).mean().getFloat();
                // The mean over targets varies with the atoms, mostly if they are few.
                double tolerance = 0.3 / Math.sqrt(shape[1] * (double) shape[0]) + 0.005;
                assertEquals(signed, expected.meanMaxCosine(), tolerance, shape[0] + " dimensions");
                assertEquals(absolute, expected.meanMaxAbsoluteCosine(), tolerance, shape[0] + " dimensions");
            }
        }
    }

    /** One direction has a mean cosine of 0; the absolute cosine in the plane is that of a uniform angle, 2/π. */
    @Test
    void oneDirectionHasTheExactMean() {
        assertEquals(0, new RandomMaxCosine(7, 1).meanMaxCosine(), 1e-12);
        assertEquals(2 / Math.PI, new RandomMaxCosine(2, 1).meanMaxAbsoluteCosine(), 1e-12);
        assertEquals(0.5, new RandomMaxCosine(3, 1).meanMaxAbsoluteCosine(), 1e-12);
        assertEquals(0.75, new RandomMaxCosine(1, 3).meanMaxCosine(), 1e-12);
        assertThrows(InvalidInputException.class, () -> new RandomMaxCosine(0, 1));
    }

    /** On the sphere in three dimensions cosines are uniform in [−1, 1]. */
    @Test
    void shareAboveAThresholdIsThatOfTheLargestOfAllCosines() {
        assertEquals(0.05, new RandomMaxCosine(3, 1).shareAbove(0.9), 1e-9);
        assertEquals(1 - Math.pow(0.95, 20), new RandomMaxCosine(3, 20).shareAbove(0.9), 1e-9);
        assertEquals(1, new RandomMaxCosine(5, 2).shareAbove(-1), 1e-9);
        assertEquals(Math.acos(0.9) / Math.PI, new RandomMaxCosine(2, 1).shareAbove(0.9), 1e-9);
        double tiny = new RandomMaxCosine(64, 256).shareAbove(0.9);
        assertTrue(tiny > 0 && tiny < 1e-15, "" + tiny);
    }
}
