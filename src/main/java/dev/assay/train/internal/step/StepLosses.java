package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Scope;
import dev.assay.train.spi.LossSums;
import java.util.LinkedHashMap;
import java.util.Map;

/** Accumulates losses over the chunks of a batch as scalar arrays, which are read in one transfer at the end. */
public final class StepLosses implements LossSums {
    private final Map<String, NDArray> losses = new LinkedHashMap<>();
    private final Map<String, NDArray> logged = new LinkedHashMap<>();

    @Override
    public void add(String name, NDArray amount) {
        losses.merge(name, amount, StepGradients::added);
    }

    @Override
    public void log(String name, NDArray amount) {
        logged.merge(name, amount, StepGradients::added);
    }

    void keep(Scope scope) {
        losses.values().forEach(scope::keep);
        logged.values().forEach(scope::keep);
    }

    /** Reads all numbers in one transfer. */
    LossValues values(NDArray l0) {
        NDList scalars = new NDList(scalar(l0));
        losses.values().forEach(loss -> scalars.add(scalar(loss)));
        logged.values().forEach(number -> scalars.add(scalar(number)));
        float[] numbers = NDArrays.concat(scalars).toFloatArray();
        Map<String, Double> parts = new LinkedHashMap<>();
        Map<String, Double> loggedValues = new LinkedHashMap<>();
        int i = 1;
        double total = 0;
        for (String name : losses.keySet()) {
            total += numbers[i];
            parts.put(name, (double) numbers[i++]);
        }
        for (String name : logged.keySet()) {
            loggedValues.put(name, (double) numbers[i++]);
        }
        return new LossValues(total, parts, loggedValues, numbers[0]);
    }

    private static NDArray scalar(NDArray number) {
        return number.toType(DataType.FLOAT32, false).reshape(1);
    }
}
