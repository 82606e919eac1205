package dev.assay.activation.exported;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.ValueInfo;
import dev.assay.tensor.Threads;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A graph in ONNX Runtime, whose inputs and outputs share the memory of PyTorch arrays. Only this class uses ONNX Runtime, which is an
 * optional dependency.
 */
final class OnnxGraph implements AutoCloseable {
    static final String ENGINE = "OnnxRuntime";

    private static final Map<OnnxJavaType, DataType> TYPES = Map.of(
            OnnxJavaType.FLOAT, DataType.FLOAT32,
            OnnxJavaType.FLOAT16, DataType.FLOAT16,
            OnnxJavaType.INT64, DataType.INT64,
            OnnxJavaType.INT32, DataType.INT32);

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Map<String, Type> inputs;
    private final Map<String, Type> outputs;

    /** The error message of a graph, as one line. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        Refusal(Exception cause) {
            super(reason(cause.getMessage()), cause);
        }

        private static String reason(String message) {
            String code = "message: ";
            String text = message.substring(message.contains(code) ? message.indexOf(code) + code.length() : 0);
            // The caller adds the file to the message.
            return text.lines()
                    .findFirst()
                    .map(line -> line.replaceFirst("^Load model from .* failed:", ""))
                    .orElse("ONNX Runtime has no message");
        }
    }

    /**
     * The type of an input or output.
     *
     * @param array the type of an array that can share its memory, or null
     * @param words the type as text
     */
    record Type(DataType array, String words) {
        private static Type of(ValueInfo info) {
            return info instanceof TensorInfo tensor
                    ? new Type(TYPES.get(tensor.type), tensor.type.toString())
                    : new Type(null, info.getClass().getSimpleName());
        }
    }

    private OnnxGraph(OrtEnvironment environment, OrtSession session) throws OrtException {
        this.environment = environment;
        this.session = session;
        this.inputs = types(session.getInputInfo());
        this.outputs = types(session.getOutputInfo());
    }

    /** Loads a graph, which runs with the current {@link Threads#count()}. */
    static OnnxGraph load(Path file) throws Refusal {
        // The process has one environment, which the engine of DJL must create.
        Engine.getEngine(ENGINE);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(Threads.count());
            options.setInterOpNumThreads(1);
            // Spinning threads would slow down the threads of PyTorch.
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.setDeterministicCompute(true);
            // Errors are thrown; printing them too would be redundant.
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            return new OnnxGraph(environment, environment.createSession(file.toString(), options));
        } catch (OrtException unusable) {
            throw new Refusal(unusable);
        }
    }

    /** Returns the inputs of the graph by name. */
    Map<String, Type> inputs() {
        return inputs;
    }

    /** Returns the outputs of the graph by name. */
    Map<String, Type> outputs() {
        return outputs;
    }

    private static Map<String, Type> types(Map<String, NodeInfo> nodes) {
        Map<String, Type> types = new LinkedHashMap<>();
        nodes.forEach((name, node) -> types.put(name, Type.of(node.getInfo())));
        return types;
    }

    /** Runs the graph and returns the shapes of its tensor outputs. */
    Map<String, Shape> shapes(Map<String, NDArray> inputs) throws Refusal {
        try (Tensors given = new Tensors(inputs);
                OrtSession.Result result = session.run(given.tensors)) {
            Map<String, Shape> shapes = new LinkedHashMap<>();
            for (Map.Entry<String, OnnxValue> output : result) {
                if (output.getValue() instanceof OnnxTensor tensor) {
                    shapes.put(output.getKey(), new Shape(tensor.getInfo().getShape()));
                }
            }
            return shapes;
        } catch (OrtException failure) {
            throw new Refusal(failure);
        }
    }

    /** Runs the graph and writes its outputs to arrays of matching shapes. */
    void run(Map<String, NDArray> inputs, Map<String, NDArray> outputs) throws Refusal {
        try (Tensors given = new Tensors(inputs);
                Tensors wanted = new Tensors(outputs);
                OrtSession.Result result = session.run(given.tensors, wanted.tensors)) {
            // The result refers to the memory of the arrays, so nothing is copied.
        } catch (OrtException failure) {
            throw new Refusal(failure);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException failure) {
            throw new IllegalStateException("ONNX Runtime did not close the graph", failure);
        }
    }

    /** ONNX Runtime tensors that share the memory of arrays. The arrays must stay open. */
    private final class Tensors implements AutoCloseable {
        private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();

        Tensors(Map<String, NDArray> arrays) throws OrtException {
            try {
                for (Map.Entry<String, NDArray> entry : arrays.entrySet()) {
                    tensors.put(entry.getKey(), tensor(entry.getValue()));
                }
            } catch (OrtException failure) {
                close();
                throw failure;
            }
        }

        private OnnxTensor tensor(NDArray array) throws OrtException {
            OnnxJavaType type = TYPES.entrySet().stream()
                    .filter(pair -> pair.getValue() == array.getDataType())
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow();
            return OnnxTensor.createTensor(
                    environment, array.toByteBuffer(true), array.getShape().getShape(), type);
        }

        @Override
        public void close() {
            tensors.values().forEach(OnnxTensor::close);
        }
    }
}
