package dev.assay.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls methods of the TorchScript module in {@code operations.py}, which wrap the ATen operations that DJL lacks.
 *
 * <p>A plain call runs in PyTorch's inference mode, so its result can never be part of a gradient graph. A differentiable call accepts only
 * tensors and records a graph if gradients are on.
 */
final class Bridge {
    private static final String RESOURCE = "operations.py";

    private final NDManager manager;
    private final PtSymbolBlock module;
    /** Arrays whose names select the method: the engine reads the method name from an extra argument. */
    private final Map<String, NDArray> methodNames = new ConcurrentHashMap<>();

    private Bridge(NDManager manager, PtSymbolBlock module) {
        this.manager = manager;
        this.module = module;
    }

    /** Returns the bridge of this process, which is loaded and tested on the first call. */
    static Bridge get() {
        try {
            return Holder.BRIDGE;
        } catch (ExceptionInInitializerError failure) {
            // Unwrapped, so that the message is not hidden in an ExceptionInInitializerError.
            if (failure.getCause() instanceof RuntimeException explained) {
                throw explained;
            }
            throw failure;
        }
    }

    private static final class Holder {
        static final Bridge BRIDGE = load(source());
    }

    /** Returns the text of the module. */
    static String source() {
        try (InputStream resource = Bridge.class.getResourceAsStream(RESOURCE)) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /**
     * Loads a module and tests it.
     *
     * @param source its text
     * @throws IllegalStateException if it does not load or computes a wrong result
     */
    static Bridge load(String source) {
        Engine engine = TorchEngine.get();
        NDManager manager = TorchEngine.newManager(Device.cpu());
        try {
            byte[] archive = OperationsArchive.of(source);
            // The module has no weights, so it runs on the device of its arguments.
            PtSymbolBlock module =
                    JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), false, false);
            Bridge bridge = new Bridge(manager, module);
            bridge.selfTest();
            return bridge;
        } catch (IOException | EngineException failure) {
            manager.close();
            throw new IllegalStateException(
                    "Assay's native operations do not load in PyTorch " + engine.getVersion()
                            + ", expected libtorch 2.7.1: "
                            + failure.getMessage().lines().findFirst().orElse(""),
                    failure);
        } catch (IllegalStateException wrong) {
            manager.close();
            throw wrong;
        }
    }

    /** Checks one known result of each kind of call. */
    private void selfTest() {
        try (Scope scope = Scope.open()) {
            NDArray table = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(3, 2));
            NDArray indices = manager.create(new long[] {2, 0});
            NDArray offsets = manager.create(new long[] {0});
            NDArray weights = manager.create(new float[] {10, 1});
            float[] plain =
                    tensor("embedding_bag", table, indices, offsets, weights).toFloatArray();
            float[] tracked = differentiable("embedding", table, indices).toFloatArray();
            if (!Arrays.equals(plain, new float[] {51, 62}) || !Arrays.equals(tracked, new float[] {5, 6, 1, 2})) {
                throw new IllegalStateException(
                        "Assay's native operations compute wrong results: embedding_bag returned "
                                + Arrays.toString(plain) + ", expected [51, 62]; embedding returned "
                                + Arrays.toString(tracked)
                                + ", expected [5, 6, 1, 2]");
            }
        }
    }

    /** Runs a method without a result. */
    void run(String method, Object... arguments) {
        call(method, arguments).close();
    }

    /** Runs a method that returns one tensor, owned by the manager of the first tensor argument. */
    NDArray tensor(String method, Object... arguments) {
        try (IValue result = call(method, arguments)) {
            return result.toTensor(managerOf(arguments));
        }
    }

    /** Runs a method that returns a list of tensors. */
    NDArray[] tensors(String method, Object... arguments) {
        try (IValue result = call(method, arguments)) {
            return result.toTensorArray(managerOf(arguments));
        }
    }

    /** Runs a method that propagates gradients. */
    NDArray differentiable(String method, NDArray... arguments) {
        NDList list = new NDList(arguments.length + 1);
        list.addAll(Arrays.asList(arguments));
        list.add(methodNames.computeIfAbsent(method, this::namingArray));
        return IValueUtils.forward(module, list, true).get(0);
    }

    private NDArray namingArray(String method) {
        NDArray array = Scope.detached(() -> manager.create(0f));
        array.setName("module_method:" + method);
        return array;
    }

    /** Runs a method and returns its result, which the caller closes. {@link IValue} arguments remain owned by the caller. */
    IValue call(String method, Object... arguments) {
        IValue[] values = new IValue[arguments.length];
        try {
            for (int i = 0; i < arguments.length; i++) {
                values[i] = value(arguments[i]);
            }
            return IValueUtils.runMethod(module, method, values);
        } finally {
            for (int i = 0; i < values.length; i++) {
                if (values[i] != null && values[i] != arguments[i]) {
                    values[i].close();
                }
            }
        }
    }

    private static IValue value(Object argument) {
        if (argument instanceof IValue value) {
            return value;
        }
        if (argument instanceof PtNDArray array) {
            return IValue.from(array);
        }
        if (argument instanceof List<?> list) {
            return IValue.listFrom(list.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new));
        }
        if (argument instanceof Number number) {
            boolean integral = number instanceof Long || number instanceof Integer;
            return integral ? IValue.from(number.longValue()) : IValue.from(number.doubleValue());
        }
        throw new IllegalArgumentException("unsupported argument of type "
                + (argument == null ? "null" : argument.getClass().getName())
                + ", expected an IValue, an array of the PyTorch engine, a list of arrays or a number");
    }

    private static PtNDManager managerOf(Object... arguments) {
        for (Object argument : arguments) {
            if (argument instanceof NDArray array) {
                return (PtNDManager) array.getManager();
            }
        }
        throw new IllegalArgumentException("the arguments contain no tensor, expected at least one");
    }
}
