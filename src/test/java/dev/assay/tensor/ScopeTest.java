package dev.assay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private NDManager manager;
    private NDArray weight;

    @BeforeEach
    void open() {
        manager = TorchEngine.newManager(Device.cpu());
        weight = manager.create(new float[] {1, 2, 3});
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static boolean isOpen(NDArray array) {
        try {
            array.toFloatArray();
            return true;
        } catch (IllegalStateException released) {
            return false;
        }
    }

    @Test
    void closesArraysOfAnyManager() {
        NDArray made;
        try (Scope scope = Scope.open()) {
            made = weight.mul(weight); // falls to the manager of the weight
            assertTrue(isOpen(made));
        }
        assertFalse(isOpen(made));
        assertTrue(isOpen(weight));
        assertEquals(1, manager.getManagedArrays().size());
    }

    @Test
    void keptArraysBelongToTheEnclosingScope() {
        NDArray kept;
        NDList keptList;
        try (Scope outer = Scope.open()) {
            try (Scope inner = Scope.open()) {
                kept = inner.keep(weight.add(1));
                keptList = inner.keep(new NDList(weight.add(2), weight.add(3)));
            }
            assertTrue(isOpen(kept));
            assertTrue(isOpen(keptList.get(1)));
        }
        assertFalse(isOpen(kept));
        assertFalse(isOpen(keptList.get(0)));
    }

    @Test
    void callerOwnsKeptArrayWithoutEnclosingScope() {
        NDArray kept;
        try (Scope scope = Scope.open()) {
            kept = scope.keep(weight.add(1));
        }
        assertTrue(isOpen(kept));
        try (Scope later = Scope.open()) {
            weight.add(5);
        }
        assertArrayEquals(new float[] {2, 3, 4}, kept.toFloatArray());
    }

    @Test
    void detachedArraysBelongToNoScope() {
        NDArray[] temporary = new NDArray[1];
        NDArray lasting;
        try (Scope outer = Scope.open()) {
            try (Scope inner = Scope.open()) {
                lasting = Scope.detached(() -> {
                    temporary[0] = weight.add(1);
                    return temporary[0].mul(2);
                });
                assertFalse(isOpen(temporary[0]));
            }
        }
        assertArrayEquals(new float[] {4, 6, 8}, lasting.toFloatArray());
    }

    @Test
    void failuresCloseScopesInOrder() {
        NDArray[] made = new NDArray[2];
        assertThrows(IllegalStateException.class, () -> {
            try (Scope outer = Scope.open()) {
                made[0] = weight.add(1);
                try (Scope inner = Scope.open()) {
                    made[1] = weight.add(2);
                    throw new IllegalStateException("in the middle");
                }
            }
        });
        assertFalse(isOpen(made[0]));
        assertFalse(isOpen(made[1]));
    }

    @Test
    void scopesArePerThread() throws InterruptedException {
        NDArray[] made = new NDArray[1];
        try (Scope scope = Scope.open()) {
            Thread thread = new Thread(() -> made[0] = weight.add(1));
            thread.start();
            thread.join();
        }
        assertTrue(isOpen(made[0]));
    }
}
