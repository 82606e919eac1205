package dev.assay.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.checkpoint.Safetensors;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The arrays of a dictionary under their names in a SAELens file, where the encoder has the shape [d_in, d_sae]. */
public final class SaelensTensors {
    private static final String ENCODER = "W_enc";
    private static final String DECODER = "W_dec";
    private static final String DECODER_BIAS = "b_dec";
    /** Written by early versions; 1 unless a dictionary was fine-tuned. */
    private static final String SCALING_FACTOR = "scaling_factor";

    private SaelensTensors() {}

    /** Returns the arrays by name in the orientation of the file, as views. */
    public static Map<String, NDArray> of(Architecture architecture, Weights weights) {
        Map<String, NDArray> tensors = new TreeMap<>(weights.extra());
        tensors.put(ENCODER, weights.encoder().transpose());
        tensors.put(architecture.encoderBiasName(), weights.encoderBias());
        tensors.put(DECODER, weights.decoder());
        tensors.put(DECODER_BIAS, weights.decoderBias());
        tensors.putAll(architecture.optionTensors(weights.encoder().getManager()));
        return tensors;
    }

    /** Reads the arrays required by a configuration. Any other tensor in the file is an error. */
    static Weights read(SaelensConfig config, Safetensors file, NDManager manager) {
        Architecture architecture = config.architecture();
        int dIn = config.dIn();
        int dSae = config.dSae();
        int dOut = config.dOut();
        Map<String, NDArray> extra = new HashMap<>();
        new TreeMap<>(architecture.extraShapes(dIn, dSae, dOut))
                .forEach((name, shape) -> extra.put(name, tensor(config, file, name, shape, manager)));
        Weights weights = new Weights(
                tensor(config, file, ENCODER, new Shape(dIn, dSae), manager).transpose(),
                tensor(config, file, architecture.encoderBiasName(), new Shape(dSae), manager),
                tensor(config, file, DECODER, new Shape(dSae, dOut), manager),
                tensor(config, file, DECODER_BIAS, new Shape(dOut), manager),
                extra);
        Map<String, NDArray> known = of(architecture, weights);
        for (String name : file.names()) {
            if (!known.containsKey(name) && !isNeutral(file, name, manager)) {
                throw new InvalidInputException(file.file() + " contains a tensor " + name + ", which the architecture "
                        + architecture.id() + " does not have");
            }
        }
        return weights;
    }

    private static boolean isNeutral(Safetensors file, String name, NDManager manager) {
        return name.equals(SCALING_FACTOR)
                && file.load(manager, name).eq(1f).all().getBoolean();
    }

    private static NDArray tensor(
            SaelensConfig config, Safetensors file, String name, Shape expected, NDManager manager) {
        String source = config.architecture().reconstructsInput() ? "d_in and d_sae" : "d_in, d_sae and d_out";
        return floats(file, name, expected, source + " in cfg.json", manager);
    }

    /**
     * Loads a tensor as float32.
     *
     * @param file the file
     * @param name the tensor
     * @param expected its shape
     * @param source the origin of the expected shape, for the error message
     * @param manager the owner of the result outside a scope
     * @return the array
     * @throws InvalidInputException if the tensor is missing or has another shape
     */
    static NDArray floats(Safetensors file, String name, Shape expected, String source, NDManager manager) {
        Shape shape = file.info(name).shape();
        if (!shape.equals(expected)) {
            throw new InvalidInputException(file.file() + ": tensor " + name + " has shape " + shape + ", expected "
                    + expected + " (" + source + ")");
        }
        return file.load(manager, name).toType(DataType.FLOAT32, false);
    }
}
