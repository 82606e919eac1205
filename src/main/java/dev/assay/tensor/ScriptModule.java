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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A TorchScript file whose {@code forward} takes tensors and returns a dictionary of named tensors. It runs without gradients;
 * several threads may run it at once.
 *
 * <p>Such a file holds a program. It calls no Python, but it may use any operation of PyTorch, those that read and write files among
 * them: load files from people you trust.
 */
public final class ScriptModule implements AutoCloseable {
    private static final String INTERPRETER = "The following operation failed in the TorchScript interpreter";
    private static final String ERROR = "RuntimeError: ";
    private static final String DICTIONARY = "Dict(str, Tensor)";

    private final Path file;
    private final NDManager manager;
    private final PtSymbolBlock module;

    private ScriptModule(Path file, NDManager manager, PtSymbolBlock module) {
        this.file = file;
        this.manager = manager;
        this.module = module;
    }

    /**
     * Loads a file.
     *
     * @param file what {@code torch.jit.save} writes
     * @param device where its weights go
     * @return the module
     * @throws InvalidInputException when PyTorch cannot load the file, or it has no forward
     * @throws IOException when there is no such file
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
                throw new InvalidInputException(file + " has no method forward, expected one that takes token ids");
            }
            return new ScriptModule(file, manager, module);
        } catch (EngineException failure) {
            manager.close();
            throw new InvalidInputException(
                    file + " cannot be loaded, expected a TorchScript file as torch.jit.save writes it: "
                            + reason(failure),
                    failure);
        } catch (InvalidInputException unusable) {
            manager.close();
            throw unusable;
        }
    }

    /**
     * Returns the owner of the weights, which makes arrays on the right device.
     *
     * @return the manager
     */
    public NDManager manager() {
        return manager;
    }

    /**
     * Runs {@code forward}.
     *
     * @param arguments what it takes
     * @return what it returns, by name, in its order, as float32; tensors that hold no floating-point numbers are left out. Owned by the
     *     open {@link Scope}
     * @throws InvalidInputException when it returns anything but a dictionary of named tensors
     * @throws EngineException when it fails; the message is one line
     */
    public Map<String, NDArray> run(NDArray... arguments) {
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

    /** The bridge converts the types, since DJL does not survive the sight of some of them. */
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

    /** The interpreter puts what went wrong behind a listing of the program; anything else says it first. */
    private static String reason(EngineException failure) {
        List<String> lines = failure.getMessage().lines().map(String::strip).toList();
        if (lines.isEmpty() || !lines.get(0).startsWith(INTERPRETER)) {
            return lines.isEmpty() ? "PyTorch gives no reason" : lines.get(0);
        }
        return lines.stream()
                .filter(line -> line.startsWith(ERROR))
                .map(line -> line.substring(ERROR.length()))
                .findFirst()
                .orElse(lines.get(0));
    }

    /** Gives the weights back. */
    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
