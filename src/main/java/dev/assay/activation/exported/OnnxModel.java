package dev.assay.activation.exported;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.Lifetime;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An ONNX model whose outputs are named; {@code scripts/export_onnx.py} writes such files. It runs on the CPU, with the
 * {@link dev.assay.tensor.Threads#count()} at the time of loading.
 *
 * <p>ONNX Runtime is an optional dependency: a program that loads such models adds {@code ai.djl.onnxruntime:onnxruntime-engine}.
 */
public final class OnnxModel implements ExportedModel {
    private final String name;
    private final OnnxGraph graph;
    private final OnnxInputs inputs;
    private final ExportedOutputs outputs;
    private final NDManager manager;
    private final NDManager memory;
    private final Lifetime lifetime;

    private OnnxModel(String name, OnnxGraph graph, OnnxInputs inputs, ExportedOutputs outputs, Device device) {
        this.name = name;
        this.graph = graph;
        this.inputs = inputs;
        this.outputs = outputs;
        this.manager = TorchEngine.newManager(device);
        this.lifetime = new Lifetime("the model " + name);
        this.memory = manager.newSubManager(Device.cpu());
    }

    /**
     * Loads a file.
     *
     * @param file a graph with the inputs {@code input_ids} (or one input of any name), {@code attention_mask} and
     *     {@code position_ids}, of which only the first is required
     * @return the model, with activations on the CPU
     * @throws InvalidInputException when the file is invalid, or ONNX Runtime is not on the class path
     * @throws IOException when the file does not exist
     */
    public static OnnxModel load(Path file) throws IOException {
        return load(file, Device.cpu());
    }

    /**
     * Loads a file and runs it once, on two rows of three tokens, to find its outputs.
     *
     * @param file a graph with the inputs {@code input_ids} (or one input of any name), {@code attention_mask} and
     *     {@code position_ids}, of which only the first is required
     * @param device the device of the activations; the graph runs on the CPU
     * @return the model
     * @throws InvalidInputException when the file is invalid, or ONNX Runtime is not on the class path
     * @throws IOException when the file does not exist
     */
    public static OnnxModel load(Path file, Device device) throws IOException {
        if (Files.notExists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Engine.hasEngine(OnnxGraph.ENGINE)) {
            throw new InvalidInputException(
                    file + " needs ONNX Runtime, which is not on the class path; add the dependency"
                            + " ai.djl.onnxruntime:onnxruntime-engine:" + Engine.getDjlVersion());
        }
        OnnxGraph graph = open(file);
        try {
            OnnxInputs inputs = OnnxInputs.of(file.toString(), graph.inputs());
            return new OnnxModel(file.toString(), graph, inputs, trial(file.toString(), graph, inputs), device);
        } catch (RuntimeException unusable) {
            graph.close();
            throw unusable;
        }
    }

    private static OnnxGraph open(Path file) {
        try {
            return OnnxGraph.load(file);
        } catch (OnnxGraph.Refusal unusable) {
            throw new InvalidInputException(
                    file + " cannot be loaded, expected an ONNX model: " + unusable.getMessage(), unusable);
        }
    }

    private static ExportedOutputs trial(String name, OnnxGraph graph, OnnxInputs inputs) {
        try (NDManager memory = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            NDArray tokens = memory.zeros(ExportedOutputs.TRIAL, DataType.INT64);
            Map<String, Shape> shapes = graph.shapes(inputs.arrays(tokens, null));
            Map<String, String> unreadable = new LinkedHashMap<>();
            graph.outputs().forEach((output, type) -> {
                if (type.array() != DataType.FLOAT32 && type.array() != DataType.FLOAT16) {
                    unreadable.put(output, type.words());
                }
            });
            shapes.keySet().removeAll(unreadable.keySet());
            return ExportedOutputs.of(name, shapes, unreadable);
        } catch (OnnxGraph.Refusal refusal) {
            throw ExportedOutputs.refusal(name, ExportedOutputs.TRIAL, refusal.getMessage(), refusal);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public NDManager manager() {
        return manager;
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
        try (Lifetime.Use use = lifetime.use();
                Scope scope = Scope.open()) {
            Map<String, NDArray> activations = new LinkedHashMap<>();
            for (String output : names) {
                Shape shape = tokens.getShape().add(outputs.width(output));
                activations.put(
                        output, memory.create(shape, graph.outputs().get(output).array()));
            }
            graph.run(inputs.arrays(tokens, mask), activations);
            activations.replaceAll((output, activation) ->
                    scope.keep(activation.toType(DataType.FLOAT32, false).toDevice(device(), false)));
            return activations;
        } catch (OnnxGraph.Refusal refusal) {
            throw outputs.refusal(tokens, refusal.getMessage(), refusal);
        }
    }

    @Override
    public void close() {
        lifetime.close(graph::close, manager::close);
    }
}
