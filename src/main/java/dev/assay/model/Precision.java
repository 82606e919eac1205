package dev.assay.model;

import ai.djl.ndarray.types.DataType;

/** How many bits of a weight a file keeps. */
public enum Precision {
    /** All 32. */
    FLOAT32(DataType.FLOAT32, "float32"),
    /** 16 (IEEE half precision): half the size, about three decimal digits. */
    FLOAT16(DataType.FLOAT16, "float16");

    private final DataType type;
    private final String torchName;

    Precision(DataType type, String torchName) {
        this.type = type;
        this.torchName = torchName;
    }

    DataType type() {
        return type;
    }

    String torchName() {
        return torchName;
    }
}
