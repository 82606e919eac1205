package dev.assay.activation.exported;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The activations among the outputs of an exported model, found by a trial run. */
final class ExportedOutputs {
    /** The shape of the trial tokens. Its sizes differ, and neither is 1, which would broadcast. */
    static final Shape TRIAL = new Shape(2, 3);

    private final String model;
    private final Map<String, Integer> widths = new LinkedHashMap<>();
    private final Map<String, String> faults = new LinkedHashMap<>();

    private ExportedOutputs(String model) {
        this.model = model;
    }

    /**
     * Finds the activations among the outputs.
     *
     * @param model the name of the model
     * @param shapes the output shapes for tokens of shape {@link #TRIAL}
     * @param unreadable the types of outputs that cannot be read, as text, by name
     * @throws InvalidInputException when no output is an activation
     */
    static ExportedOutputs of(String model, Map<String, Shape> shapes, Map<String, String> unreadable) {
        ExportedOutputs outputs = new ExportedOutputs(model);
        shapes.forEach((name, shape) -> {
            if (shape.dimension() == 3 && shape.get(0) == TRIAL.get(0) && shape.get(1) == TRIAL.get(1)) {
                outputs.widths.put(name, (int) shape.get(2));
            } else {
                outputs.faults.put(
                        name,
                        "has shape " + shape + " for tokens of shape " + TRIAL + ", expected [batch, position, d]");
            }
        });
        unreadable.forEach(
                (name, type) -> outputs.faults.put(name, "has type " + type + ", expected float32 or float16"));
        if (outputs.widths.isEmpty()) {
            throw new InvalidInputException(model + " returns no activation: "
                    + outputs.faults.entrySet().stream()
                            .findFirst()
                            .map(fault -> fault.getKey() + " " + fault.getValue())
                            .orElse("it returns no floating-point tensor, expected at least one [batch, position, d]"));
        }
        return outputs;
    }

    List<String> names() {
        return List.copyOf(widths.keySet());
    }

    int width(String name) {
        if (faults.containsKey(name)) {
            throw new InvalidInputException(model + ": " + name + " " + faults.get(name));
        }
        if (!widths.containsKey(name)) {
            throw new InvalidInputException(
                    model + " returns no " + name + ", expected one of " + String.join(", ", widths.keySet()));
        }
        return widths.get(name);
    }

    /** Checks the types and shapes of tokens and mask. */
    void checkTokens(NDArray tokens, NDArray mask) {
        if (tokens.getDataType() != DataType.INT64 || tokens.getShape().dimension() != 2) {
            throw new InvalidInputException(model + ": tokens are " + tokens.getDataType() + " " + tokens.getShape()
                    + ", expected int64 [batch, position]");
        }
        if (mask != null
                && (mask.getDataType() != DataType.INT64 || !mask.getShape().equals(tokens.getShape()))) {
            throw new InvalidInputException(model + ": the mask is " + mask.getDataType() + " " + mask.getShape()
                    + ", expected int64 " + tokens.getShape() + ", the shape of the tokens");
        }
    }

    /** Returns an activation after checking its shape. */
    NDArray checked(String name, NDArray activation, NDArray tokens) {
        Shape expected = tokens.getShape().add(width(name));
        if (!activation.getShape().equals(expected)) {
            throw new InvalidInputException(model + ": " + name + " has shape " + activation.getShape()
                    + " for tokens of shape " + tokens.getShape() + ", expected " + expected);
        }
        return activation;
    }

    /** Returns the exception for tokens that the graph rejects. */
    InvalidInputException refusal(NDArray tokens, String reason, Exception cause) {
        return refusal(model, tokens.getShape(), reason, cause);
    }

    static InvalidInputException refusal(String model, Shape tokens, String reason, Exception cause) {
        return new InvalidInputException(
                model + " does not run on token ids of shape " + tokens + ": " + reason, cause);
    }
}
