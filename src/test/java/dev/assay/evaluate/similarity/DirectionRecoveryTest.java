package dev.assay.evaluate.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.sae.Weights;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import org.junit.jupiter.api.Test;

class DirectionRecoveryTest {
    @Test
    void countsOneToOneMatchesForPrecisionAndRecall() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray truth = Weights.randomDirections(manager, 10, 32, 1);
            // Six of ten features, one of them twice, and nine other directions.
            NDArray dictionary = NDArrays.concat(
                    new NDList(truth.get("0:6").mul(3), truth.get("5:6"), Weights.randomDirections(manager, 9, 32, 2)));
            DirectionRecovery recovery = DirectionRecovery.of(truth, dictionary, 0.9);
            assertEquals(6, recovery.found());
            assertEquals(0.6, recovery.recall(), 1e-12);
            assertEquals(6 / 16.0, recovery.precision(), 1e-12);
            DictionarySimilarity same =
                    DictionaryComparison.of(truth, dictionary).run();
            assertEquals(same.mmcsOfA().value(), recovery.truthToDictionary(), 1e-12);
            assertEquals(same.mmcsOfB().value(), recovery.dictionaryToTruth(), 1e-12);
            assertEquals(same.mmcsOfA().value(), DirectionRecovery.mmcs(truth, dictionary), 1e-12);
            assertThrows(
                    InvalidInputException.class,
                    () -> DirectionRecovery.of(truth, Weights.randomDirections(manager, 3, 31, 1), 0.9));
        }
    }
}
