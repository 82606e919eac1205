package dev.assay.tensor;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A TorchScript file whose {@code forward} maps tensors to a dictionary of named tensors. It runs without gradients and can be called
 * from several threads concurrently. {@link #close()} waits for running calls.
 *
 * <p>Such a file is a program. It cannot call Python, but it can use any operation of PyTorch, including those that read and write files:
 * load only files from trusted sources.
 */
public final class ScriptModule implements AutoCloseable {
    private static final String INTERPRETER = "The following operation failed in the TorchScript interpreter";
    private static final String ERROR = "RuntimeError: ";
    private static final String DICTIONARY = "Dict(str, Tensor)";

    private final Path file;
    private final NDManager manager;
    private final PtSymbolBlock module;
    private final Lifetime lifetime;

    private ScriptModule(Path file, NDManager manager, PtSymbolBlock module) {
        this.file = file;
        this.manager = manager;
        this.module = module;
        this.lifetime = new Lifetime("the model " + file);
    }

    /**
     * Loads a file.
     *
     * @param file a file written by {@code torch.jit.save}
     * @param device location of its weights
     * @return the module
     * @throws InvalidInputException if PyTorch cannot load the file, or it has no forward
     * @throws IOException if the file does not exist
     */
    public static ScriptModule load(Path file, Device device) throws IOException {
        if (Files.notExists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        NDManager manager = TorchEngine.newManager(device);
        try {
            PtSymbolBlock module =
                    JniUtils.loadModule((PtNDManager) manager, file, true, new String[0], new String[0], false);
            if (!List.of(JniUtils.getMethodNames(module)).contains("forward")) {
                throw new InvalidInputException(
                        file + " has no method forward, expected one with token ids as argument");
            }
            return new ScriptModule(file, manager, module);
        } catch (EngineException failure) {
            manager.close();
            throw new InvalidInputException(
                    file + " cannot be loaded, expected a TorchScript file written by torch.jit.save: "
                            + reason(failure),
                    failure);
        } catch (InvalidInputException unusable) {
            manager.close();
            throw unusable;
        }
    }

    /**
     * Returns the manager that owns the weights; it creates arrays on the same device.
     *
     * @return the manager
     */
    public NDManager manager() {
        return manager;
    }

    /**
     * Runs {@code forward}.
     *
     * @param arguments the tensors to pass
     * @return the result by name, in its order, as float32, owned by the open {@link Scope}; tensors of other than floating-point types are
     *     omitted
     * @throws InvalidInputException if the result is not a dictionary of named tensors
     * @throws EngineException if it fails; the message is one line
     * @throws IllegalStateException if the module is closed
     */
    public Map<String, NDArray> run(NDArray... arguments) {
        try (Lifetime.Use use = lifetime.use()) {
            return forward(arguments);
        }
    }

    private Map<String, NDArray> forward(NDArray... arguments) {
        IValue[] values = Arrays.stream(arguments)
                .map(argument -> IValue.from((PtNDArray) argument))
                .toArray(IValue[]::new);
        try (IValue result = IValueUtils.runMethod(module, "forward", values)) {
            if (!result.getType().equals(DICTIONARY)) {
                throw new InvalidInputException(file + ": forward returns " + result.getType()
                        + ", expected a dictionary of named tensors, " + DICTIONARY);
            }
            return tensors(result);
        } catch (EngineException failure) {
            throw new EngineException(reason(failure), failure);
        } finally {
            for (IValue value : values) {
                value.close();
            }
        }
    }

    /** Converts the result in the bridge, because DJL fails on arrays of some types. */
    private Map<String, NDArray> tensors(IValue dictionary) {
        Bridge bridge = Bridge.get();
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        try (IValue names = bridge.call("dictionary_names", dictionary)) {
            for (IValue name : names.toIValueArray()) {
                try (name;
                        IValue tensor = bridge.call("dictionary_float32", dictionary, name)) {
                    if (tensor.isTensor()) {
                        tensors.put(name.toStringValue(), tensor.toTensor((PtNDManager) manager));
                    }
                }
            }
        }
        return tensors;
    }

    /** Returns the cause from a message of the interpreter, which prints it after a listing of the program. */
    private static String reason(EngineException failure) {
        List<String> lines = failure.getMessage().lines().map(String::strip).toList();
        if (lines.isEmpty() || !lines.get(0).startsWith(INTERPRETER)) {
            return lines.isEmpty() ? "PyTorch reports no reason" : lines.get(0);
        }
        return lines.stream()
                .filter(line -> line.startsWith(ERROR))
                .map(line -> line.substring(ERROR.length()))
                .findFirst()
                .orElse(lines.get(0));
    }

    /** Waits for running calls, then frees the weights. */
    @Override
    public void close() {
        lifetime.close(module::close, manager::close);
    }
}
