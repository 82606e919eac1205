package dev.assay.activation.exported;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The inputs of an ONNX model by name: their kind (tokens, mask or positions) and integer type. */
final class OnnxInputs {
    private enum Kind {
        TOKENS("input_ids", "tokens"),
        MASK("attention_mask", "mask"),
        POSITIONS("position_ids", "positions");

        private final Set<String> names;

        Kind(String... names) {
            this.names = Set.of(names);
        }
    }

    private record Input(Kind kind, DataType type) {}

    private final String model;
    private final Map<String, Input> inputs;

    private OnnxInputs(String model, Map<String, Input> inputs) {
        this.model = model;
        this.inputs = inputs;
    }

    /**
     * Finds the kind of each input.
     *
     * @param model the name of the model
     * @param types the types of its inputs by name
     * @throws InvalidInputException when the model has another kind of input, or no tokens
     */
    static OnnxInputs of(String model, Map<String, OnnxGraph.Type> types) {
        Map<String, Input> inputs = new LinkedHashMap<>();
        types.forEach((name, type) -> {
            if (type.array() != DataType.INT64 && type.array() != DataType.INT32) {
                throw unknown(model, name, type);
            }
            inputs.put(name, new Input(kind(model, name, type, types.size()), type.array()));
        });
        if (inputs.values().stream().noneMatch(input -> input.kind() == Kind.TOKENS)) {
            throw new InvalidInputException(model + " has the inputs " + String.join(", ", types.keySet())
                    + " but no token ids, expected an input input_ids");
        }
        return new OnnxInputs(model, inputs);
    }

    private static Kind kind(String model, String name, OnnxGraph.Type type, int inputs) {
        for (Kind kind : Kind.values()) {
            if (kind.names.contains(name)) {
                return kind;
            }
        }
        if (inputs == 1) {
            return Kind.TOKENS;
        }
        throw unknown(model, name, type);
    }

    private static InvalidInputException unknown(String model, String name, OnnxGraph.Type type) {
        return new InvalidInputException(model + " has an input " + name + " of " + type.words()
                + ", expected only integer inputs input_ids, attention_mask and position_ids");
    }

    /**
     * Returns the input arrays.
     *
     * @param tokens int64 [batch, position]
     * @param mask int64 [batch, position], or null when all tokens are real
     * @return CPU arrays by the name of the input, owned by the open scope
     */
    Map<String, NDArray> arrays(NDArray tokens, NDArray mask) {
        if (mask != null && inputs.values().stream().noneMatch(input -> input.kind() == Kind.MASK)) {
            throw new InvalidInputException(
                    model + " has no input for a mask, expected an input attention_mask to run padded sequences");
        }
        NDArray real = mask == null ? tokens.onesLike() : mask;
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        inputs.forEach((name, input) -> {
            NDArray values = switch (input.kind()) {
                case TOKENS -> tokens;
                case MASK -> real;
                case POSITIONS -> positions(real);
            };
            arrays.put(name, values.toDevice(Device.cpu(), false).toType(input.type(), false));
        });
        return arrays;
    }

    /** Returns the number of real tokens before each token, as Hugging Face does; 0 for padding before the first. */
    private static NDArray positions(NDArray real) {
        return real.cumSum(1).sub(1).maximum(0); // [batch, position]
    }
}
