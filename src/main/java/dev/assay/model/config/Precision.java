package dev.assay.model.config;

import ai.djl.Device;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.assay.InvalidInputException;
import dev.assay.tensor.HalfType;

/**
 * The type of the weights in a file, or of the matrix products of a model.
 *
 * <p>A model of 16 bits stores its matrices in that type, including embedding and unembedding, and computes matrix products and fused
 * attention in it. The residual stream, norms, rotations, explicit attention and every hooked activation are float32.
 */
public enum Precision {
    /** 32 bits (IEEE single precision). */
    FLOAT32("float32", null),
    /** 16 bits (IEEE half precision): about three decimal digits, at most 65504. */
    FLOAT16("float16", HalfType.FLOAT16),
    /** 16 bits (the upper half of a float32): between two and three decimal digits, the range of a float32. */
    BFLOAT16("bfloat16", HalfType.BFLOAT16);

    private final String torchName;
    private final HalfType half;

    Precision(String torchName, HalfType half) {
        this.torchName = torchName;
        this.half = half;
    }

    /** {@return the name in PyTorch and in files, in lower case} */
    @Override
    @JsonValue
    public String toString() {
        return torchName;
    }

    /** {@return the type of the matrix products, or null for float32} */
    public HalfType half() {
        return half;
    }

    /**
     * Checks that PyTorch computes matrix products of this precision on a device.
     *
     * @throws InvalidInputException when it does not
     */
    public void require(Device device) {
        if (half != null && !half.isComputedOn(device)) {
            throw new InvalidInputException("PyTorch has no matrix products in " + torchName + " on device "
                    + device.toString().replace("()", "") + ", expected another precision or another device");
        }
    }
}
