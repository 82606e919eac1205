package dev.assay.model.config;

import ai.djl.Device;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.assay.InvalidInputException;
import dev.assay.tensor.HalfType;

/**
 * How many bits a weight has in a file, or in the matrix products of a model that runs.
 *
 * <p>A model of 16 bits holds the weights of its products, embedding and unembedding among them, in that type, and computes the
 * products and the fused attention in it. The residual stream, norms, rotations, explicit attention and everything that a hook sees
 * stay float32.
 */
public enum Precision {
    /** All 32. */
    FLOAT32("float32", null),
    /** 16 (IEEE half precision): half the size, about three decimal digits, at most 65504. */
    FLOAT16("float16", HalfType.FLOAT16),
    /** 16 (the upper half of a float32): half the size, between two and three decimal digits, the range of a float32. */
    BFLOAT16("bfloat16", HalfType.BFLOAT16);

    private final String torchName;
    private final HalfType half;

    Precision(String torchName, HalfType half) {
        this.torchName = torchName;
        this.half = half;
    }

    /** Returns the name that PyTorch has for it, in lower case, as it stands in files too. */
    @Override
    @JsonValue
    public String toString() {
        return torchName;
    }

    /** Returns the type of the products, or null for float32. */
    public HalfType half() {
        return half;
    }

    /** Complains of a device that PyTorch cannot compute on in this precision. */
    public void require(Device device) {
        if (half != null && !half.isComputedOn(device)) {
            throw new InvalidInputException("PyTorch has no matrix products in " + torchName + " on device "
                    + device.toString().replace("()", "") + ", expected another precision or another device");
        }
    }
}
