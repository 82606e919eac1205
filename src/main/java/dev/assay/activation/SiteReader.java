package dev.assay.activation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.assay.text.TokenBatch;
import java.util.List;

/** Runs contexts through a model and reads some sites. Each kind of model has an implementation. */
interface SiteReader {
    /** Returns the name of the model. */
    String model();

    /** Returns the precision of the matrix products. */
    String precision();

    /** Returns the names of the sites, in the order of the columns. */
    List<String> sites();

    /** Returns the widths of the sites. */
    List<Integer> widths();

    /** Returns the SHA-256 of the model, in hexadecimal. */
    String hash();

    /** Returns the device of the rows. */
    Device device();

    /**
     * Runs contexts.
     *
     * @param batch the contexts
     * @return one row per token, [rows · length, width], owned by the open scope
     */
    NDArray read(TokenBatch batch);

    /**
     * Joins activations as the columns of one array.
     *
     * @param activations one array per site, [rows, length, ...]
     * @return a copy, [rows · length, width]
     */
    static NDArray join(List<NDArray> activations) {
        NDList columns = new NDList();
        for (NDArray activation : activations) {
            Shape shape = activation.getShape();
            columns.add(activation.reshape(shape.get(0) * shape.get(1), -1));
        }
        return columns.size() == 1 ? columns.get(0).duplicate() : NDArrays.concat(columns, 1);
    }
}
