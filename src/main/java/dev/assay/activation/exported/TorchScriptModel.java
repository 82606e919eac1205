package dev.assay.activation.exported;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.tensor.Scope;
import dev.assay.tensor.ScriptModule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A TorchScript file whose {@code forward(tokens)} or {@code forward(tokens, mask)} returns a dictionary of named tensors;
 * {@code scripts/export_torchscript.py} writes such files.
 *
 * <p>The file contains a program that runs with the permissions of this process. Load only files from sources you trust.
 */
public final class TorchScriptModel implements ExportedModel {
    /** The start of PyTorch's message when a mask is not accepted. One of the two arguments is the module itself. */
    private static final String TAKES_TOKENS_ONLY = "Expected at most 2 argument(s)";

    private final String name;
    private final ScriptModule module;
    private final boolean takesMask;
    private final ExportedOutputs outputs;

    private TorchScriptModel(String name, ScriptModule module, boolean takesMask, ExportedOutputs outputs) {
        this.name = name;
        this.module = module;
        this.takesMask = takesMask;
        this.outputs = outputs;
    }

    /**
     * Loads a file onto the CPU.
     *
     * @param file a file written by {@code torch.jit.save}
     * @return the model
     * @throws InvalidInputException when the file is invalid
     * @throws IOException when the file does not exist
     */
    public static TorchScriptModel load(Path file) throws IOException {
        return load(file, Device.cpu());
    }

    /**
     * Loads a file and runs it once, on two rows of three tokens, to find its outputs.
     *
     * @param file a file written by {@code torch.jit.save}
     * @param device the device of the model; a file that was traced on one device may run only there
     * @return the model
     * @throws InvalidInputException when the file is invalid
     * @throws IOException when the file does not exist
     */
    public static TorchScriptModel load(Path file, Device device) throws IOException {
        String name = file.toString();
        ScriptModule module = ScriptModule.load(file, device);
        try (Scope scope = Scope.open()) {
            NDArray tokens = module.manager().zeros(ExportedOutputs.TRIAL, DataType.INT64);
            boolean takesMask = true;
            Map<String, NDArray> found;
            try {
                found = module.run(tokens, tokens.onesLike());
            } catch (EngineException failure) {
                if (!failure.getMessage().startsWith(TAKES_TOKENS_ONLY)) {
                    throw failure;
                }
                takesMask = false;
                found = module.run(tokens);
            }
            Map<String, Shape> shapes = new LinkedHashMap<>();
            found.forEach((output, tensor) -> shapes.put(output, tensor.getShape()));
            return new TorchScriptModel(name, module, takesMask, ExportedOutputs.of(name, shapes, Map.of()));
        } catch (EngineException failure) {
            module.close();
            throw ExportedOutputs.refusal(name, ExportedOutputs.TRIAL, failure.getMessage(), failure);
        } catch (RuntimeException unusable) {
            module.close();
            throw unusable;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public NDManager manager() {
        return module.manager();
    }

    @Override
    public List<String> names() {
        return outputs.names();
    }

    @Override
    public int width(String output) {
        return outputs.width(output);
    }

    @Override
    public Map<String, NDArray> run(List<String> names, NDArray tokens, NDArray mask) {
        outputs.checkTokens(tokens, mask);
        if (mask != null && !takesMask) {
            throw new InvalidInputException(
                    name + ": forward has no mask argument, expected forward(tokens, mask) to run padded sequences");
        }
        try (Scope scope = Scope.open()) {
            NDArray ids = tokens.toDevice(device(), false);
            NDArray real = mask == null ? ids.onesLike() : mask.toDevice(device(), false);
            Map<String, NDArray> found = takesMask ? module.run(ids, real) : module.run(ids);
            Map<String, NDArray> activations = new LinkedHashMap<>();
            for (String output : names) {
                int width = outputs.width(output);
                NDArray activation = found.get(output);
                if (activation == null) {
                    throw new InvalidInputException(name + " returned no output " + output
                            + " in this run, expected one [batch, position, " + width + "]");
                }
                activations.put(output, outputs.checked(output, activation, ids));
            }
            activations.values().forEach(scope::keep);
            return activations;
        } catch (EngineException failure) {
            throw outputs.refusal(tokens, failure.getMessage(), failure);
        }
    }

    @Override
    public void close() {
        module.close();
    }
}
