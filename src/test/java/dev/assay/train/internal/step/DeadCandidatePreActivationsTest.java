package dev.assay.train.internal.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Gaussian;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pre-activations copied from the encoder's product for losses on dead latents. */
class DeadCandidatePreActivationsTest {
    private static final int ROWS = 6;
    private static final int LATENTS = 40;
    private static final long[] CANDIDATES = {2, 11, 30, 39};

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void returnsColumnsOfLatentsThatDidNotFire(boolean oneFired) {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Workspace workspace = new Workspace(manager)) {
            NDArray scores = Gaussian.array(manager, new Shape(ROWS, LATENTS), 1);
            DeadCandidatePreActivations candidates =
                    DeadCandidatePreActivations.of(manager.create(CANDIDATES), ROWS, LATENTS, workspace);
            // A selector may compute the product twice.
            candidates.copy(0, scores.get(new NDIndex("2:6")));
            candidates.copy(0, scores.get(new NDIndex("0:4")));
            candidates.copy(4, scores.get(new NDIndex("4:6")));
            long[] dead = oneFired ? new long[] {2, 30, 39} : CANDIDATES;
            float[] all = scores.toFloatArray();
            float[] expected = new float[ROWS * dead.length];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = all[i / dead.length * LATENTS + (int) dead[i % dead.length]];
            }
            assertArrayEquals(
                    expected, candidates.of(manager.create(dead)).orElseThrow().toFloatArray());
        }
    }

    @Test
    void copiesNothingWithoutCandidatesOrWithTooMany() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Workspace workspace = new Workspace(manager)) {
            for (long count : new long[] {0, LATENTS / 8 + 1}) {
                NDArray latents = manager.create(new long[(int) count]);
                DeadCandidatePreActivations none = DeadCandidatePreActivations.of(latents, ROWS, LATENTS, workspace);
                none.copy(0, Gaussian.array(manager, new Shape(ROWS, LATENTS), 1));
                assertEquals(Optional.empty(), none.of(latents));
            }
        }
    }
}
