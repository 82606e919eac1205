package dev.assay.train.spi;

import ai.djl.ndarray.NDArray;

/** The losses of one step by the names under which metrics files report them. {@link LossNames} has the built-in names. */
public interface LossSums {
    /**
     * Adds to a term of the loss.
     *
     * @param name the term
     * @param amount a scalar, coefficient included; becomes part of the sum
     */
    void add(String name, NDArray amount);

    /**
     * Adds to a number that is reported and is no part of the loss.
     *
     * @param name the number
     * @param amount a scalar; becomes part of the sum
     */
    void log(String name, NDArray amount);
}
