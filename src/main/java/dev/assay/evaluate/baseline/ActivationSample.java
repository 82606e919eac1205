package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.io.IOException;

/** Samples of activations, for {@link Baselines}. */
public final class ActivationSample {
    private ActivationSample() {}

    /**
     * Reads activations of a source: those of an activation store are spread over all of its rows, others are the first ones. A source with fewer activations is read repeatedly.
     *
     * @param source source of the activations
     * @param rows number of activations, at least 2
     * @param manager owner of the result
     * @return [rows, width], closed by the caller
     * @throws IOException if the text cannot be read
     * @throws InvalidInputException if rows is below 2
     */
    public static NDArray read(ActivationSource source, int rows, NDManager manager) throws IOException {
        if (rows < 2) {
            throw new InvalidInputException("the sample has " + rows + " activations, expected at least 2");
        }
        NDArray sample = Scope.detached(() -> manager.zeros(new Shape(rows, source.width())));
        try (ActivationStream stream = source.openSample(rows)) {
            long filled = 0;
            while (filled < rows) {
                try (Scope scope = Scope.open()) {
                    NDArray values = stream.next().values();
                    long count = Math.min(rows - filled, values.getShape().get(0));
                    Aten.copy_(
                            sample.get(new NDIndex("{}:{}", filled, filled + count)),
                            values.get(new NDIndex("0:{}", count)));
                    filled += count;
                }
            }
            return sample;
        } catch (IOException | RuntimeException failure) {
            sample.close();
            throw failure;
        }
    }
}
