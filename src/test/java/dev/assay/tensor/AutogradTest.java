package dev.assay.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import dev.assay.ChildJvm;
import dev.assay.LentMemory;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class AutogradTest {
    @Test
    void nestsAndRestoresPreviousState() {
        try (Autograd off = Autograd.off()) {
            assertFalse(Autograd.isRecording());
            try (Autograd on = Autograd.recording()) {
                assertTrue(Autograd.isRecording());
                try (Autograd again = Autograd.off()) {
                    assertFalse(Autograd.isRecording());
                }
                assertTrue(Autograd.isRecording());
            }
            assertFalse(Autograd.isRecording());
        }
    }

    @Test
    void threadsDoNotDisturbEachOther() throws InterruptedException {
        Throwable[] failure = new Throwable[1];
        try (Autograd off = Autograd.off()) {
            Thread thread = new Thread(() -> {
                try (Autograd on = Autograd.recording()) {
                    assertTrue(Autograd.isRecording());
                    assertArrayEquals(new float[] {4, 6}, gradient());
                } catch (Throwable thrown) {
                    failure[0] = thrown;
                }
            });
            thread.start();
            thread.join();
            assertFalse(Autograd.isRecording());
        }
        assertNull(failure[0]);
    }

    @Test
    void differentiableOperationsPropagateGradients() {
        try (Autograd on = Autograd.recording()) {
            assertArrayEquals(new float[] {4, 6}, gradient());
        }
    }

    @Test
    void copyPropagatesGradientsAndOwnsItsMemory() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Autograd gradients = Autograd.recording()) {
            NDArray x = manager.create(new float[] {1, 2});
            x.setRequiresGradient(true);
            NDArray copy = Aten.copy(x);
            gradients.backward(copy.square().sum());
            assertArrayEquals(new float[] {2, 4}, x.getGradient().toFloatArray());
            try (Autograd off = Autograd.off()) {
                Aten.mul_(copy, 10);
            }
            assertArrayEquals(new float[] {1, 2}, x.toFloatArray());
        }
    }

    /** Of ((3x)² / 2)³ at 1, 6 · (9/2)³; a hundred times, so that no number is spared by chance. */
    @Test
    void gradientsUseScalarsAfterGarbageCollection() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Autograd gradients = Autograd.recording()) {
            NDArray x = manager.ones(new Shape(1));
            x.setRequiresGradient(true);
            NDArray[] powers = new NDArray[100];
            Arrays.setAll(powers, i -> Aten.pow(Aten.div(Aten.mul(x, 3).square(), 2), 3));
            LentMemory.free();
            gradients.backward(NDArrays.stack(new NDList(powers)).sum());
            assertEquals(100 * 6 * Math.pow(4.5, 3), x.getGradient().getFloat(), 0.1);
        }
    }

    /** Of ((3x)² / 2)³ + 5x − x/4 at 1. */
    @Test
    void gradientsOfScalarMethodsOfDjlUseTheirNumbersAfterGarbageCollection() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Autograd gradients = Autograd.recording()) {
            NDArray x = manager.ones(new Shape(1));
            x.setRequiresGradient(true);
            NDArray[] sums = new NDArray[100];
            Arrays.setAll(
                    sums, i -> x.mul(3f).square().div(2f).pow(3f).add(x.mul(5)).sub(x.div(4.0f)));
            LentMemory.free();
            gradients.backward(NDArrays.stack(new NDList(sums)).sum());
            assertEquals(100 * (6 * Math.pow(4.5, 3) + 4.75), x.getGradient().getFloat(), 0.1);
        }
    }

    @Test
    void gradientsUseClosedArraysOfJavaValuesInAnyScope() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope outer = Scope.open()) {
            NDArray x = manager.ones(new Shape(2));
            x.setRequiresGradient(true);
            NDArray[] products = new NDArray[100];
            try (Autograd gradients = Autograd.recording()) {
                for (int i = 0; i < products.length; i++) {
                    try (Scope inner = Scope.open();
                            NDArray factors = manager.create(new float[] {2, 7})) {
                        products[i] = inner.keep(x.mul(factors).mul(2f));
                    }
                }
            }
            LentMemory.free();
            try (Autograd again = Autograd.recording()) {
                again.backward(NDArrays.stack(new NDList(products)).sum());
            }
            assertArrayEquals(new float[] {400, 1400}, x.getGradient().toFloatArray());
        }
    }

    @Test
    void scopesOfARecordingThreadStillCloseTheirArrays() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu())) {
            NDArray early;
            NDArray late;
            NDArray kept;
            NDArray free;
            try (Scope outer = Scope.open()) {
                try (Autograd gradients = Autograd.recording()) {
                    early = manager.create(1f);
                    try (Scope inner = Scope.open()) {
                        late = manager.create(2f);
                        kept = inner.keep(manager.create(3f));
                    }
                    assertTrue(((PtNDArray) late).isReleased());
                    assertFalse(((PtNDArray) kept).isReleased());
                }
                assertFalse(((PtNDArray) early).isReleased());
            }
            assertTrue(((PtNDArray) early).isReleased());
            assertTrue(((PtNDArray) kept).isReleased());
            try (Autograd gradients = Autograd.recording()) {
                free = manager.create(4f); // no scope is open
            }
            assertEquals(4, free.getFloat());
        }
    }

    /** Of x₁·4 + x₂·6 with the two numbers made on the way. */
    private static float[] gradient() {
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open();
                Autograd gradients = Autograd.recording()) {
            NDArray x = manager.create(new float[] {1, 2}, new Shape(1, 2));
            x.setRequiresGradient(true);
            NDArray weight = manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2));
            gradients.backward(Aten.linear(x, weight, null).sum()); // x · (1+3, 2+4)
            float[] first = x.getGradient().toFloatArray();
            Autograd.clear(x);
            assertArrayEquals(new float[] {0, 0}, x.getGradient().toFloatArray());
            return first;
        }
    }

    /** A program whose first line is this switch: nothing has started the engine before it. */
    static final class FirstLine {
        public static void main(String[] arguments) {
            try (Autograd off = Autograd.off()) {
                System.exit(Autograd.isRecording() ? 1 : 0);
            }
        }
    }

    @Test
    void startsTheEngine() throws Exception {
        Process process = ChildJvm.of(FirstLine.class)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertEquals(0, process.waitFor());
    }
}
