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
 * A graph in ONNX Runtime, fed from and written into the memory of PyTorch's arrays: nothing is copied on the way. The only class that
 * knows ONNX Runtime, so that the others load without it.
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

    /** What a graph refuses, in one line. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        Refusal(Exception cause) {
            super(reason(cause.getMessage()), cause);
        }

        private static String reason(String message) {
            String code = "message: ";
            String text = message.substring(message.contains(code) ? message.indexOf(code) + code.length() : 0);
            // The one who prints it names the file already.
            return text.lines()
                    .findFirst()
                    .map(line -> line.replaceFirst("^Load model from .* failed:", ""))
                    .orElse("ONNX Runtime gives no reason");
        }
    }

    /**
     * The type of what goes in or comes out.
     *
     * @param array the type of the array that it shares memory with, or null where there is none
     * @param words what it is
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

    /** Loads a graph, which from then on runs with as many threads as {@link Threads#count()} says now. */
    static OnnxGraph load(Path file) throws Refusal {
        // DJL's engine wants to be the one that makes the process's only environment.
        Engine.getEngine(ENGINE);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(Threads.count());
            options.setInterOpNumThreads(1);
            // Threads that wait would take time from PyTorch's.
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.setDeterministicCompute(true);
            // What goes wrong is thrown; it need not be printed too.
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            return new OnnxGraph(environment, environment.createSession(file.toString(), options));
        } catch (OrtException unusable) {
            throw new Refusal(unusable);
        }
    }

    /** Returns what the graph takes. */
    Map<String, Type> inputs() {
        return inputs;
    }

    /** Returns what the graph gives. */
    Map<String, Type> outputs() {
        return outputs;
    }

    private static Map<String, Type> types(Map<String, NodeInfo> nodes) {
        Map<String, Type> types = new LinkedHashMap<>();
        nodes.forEach((name, node) -> types.put(name, Type.of(node.getInfo())));
        return types;
    }

    /** Runs the graph for the shapes of what it gives; what is no tensor is left out. */
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

    /** Runs the graph and writes what it gives into arrays of the right shapes. */
    void run(Map<String, NDArray> inputs, Map<String, NDArray> outputs) throws Refusal {
        try (Tensors given = new Tensors(inputs);
                Tensors wanted = new Tensors(outputs);
                OrtSession.Result result = session.run(given.tensors, wanted.tensors)) {
            // The arrays are full, and the result refers to them: there is nothing to take out of it.
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

    /** The memory of arrays as ONNX Runtime's tensors; the arrays must outlive them. */
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
