package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken out of the encoder's product for losses on dead latents. */
class DeadCandidatePreActivationsTest {
    private static final int ROWS = 6;
    private static final int LATENTS = 40;
    private static final long[] SUSPECTS = {2, 11, 30, 39};

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theColumnsOfThoseThatDidNotFire(boolean oneFired) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Workspace workspace = new Workspace(manager)) {
            NDArray scores = Gaussian.array(manager, new Shape(ROWS, LATENTS), 1);
            DeadCandidatePreActivations suspects =
                    DeadCandidatePreActivations.of(manager.create(SUSPECTS), ROWS, LATENTS, workspace);
            // A selector may want to see all rows twice.
            suspects.take(scores.get(new NDIndex("2:4")));
            suspects.restart();
            suspects.take(scores.get(new NDIndex("0:4")));
            suspects.take(scores.get(new NDIndex("4:6")));
            long[] dead = oneFired ? new long[] {2, 30, 39} : SUSPECTS;
            float[] all = scores.toFloatArray();
            float[] expected = new float[ROWS * dead.length];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = all[i / dead.length * LATENTS + (int) dead[i % dead.length]];
            }
            assertArrayEquals(expected, suspects.of(manager.create(dead)).toFloatArray());
        }
    }

    @Test
    void ofTooManyNoneAreTaken() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Workspace workspace = new Workspace(manager)) {
            assertNull(DeadCandidatePreActivations.of(
                    manager.create(new long[LATENTS / 8 + 1]), ROWS, LATENTS, workspace));
            assertNull(DeadCandidatePreActivations.of(null, ROWS, LATENTS, workspace));
        }
    }
}
