package dev.assay.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Updates a dictionary: the part of each decoder row's gradient along the row is removed, all gradients are clipped by their common
 * norm, Adam takes a step, and decoder rows return to unit norm.
 */
final class DictionaryOptimizer implements AutoCloseable {
    private final OptimizerOptions options;
    private final DictionaryParameters parameters;
    private final DictionaryParameters first;
    private final DictionaryParameters second;
    private final NDArray step; // float scalar, counted from 1

    DictionaryOptimizer(NDManager manager, OptimizerOptions options, DictionaryParameters parameters) {
        this.options = options;
        this.parameters = parameters;
        this.first = parameters.zerosLike();
        this.second = parameters.zerosLike();
        this.step = Scope.outside(() -> manager.create(0f));
    }

    /**
     * Takes a step, unless the gradients are not finite: a parameter that was updated by infinity is lost.
     *
     * @param outcome the gradients, changed
     * @param rate the learning rate
     * @return the norm of all gradients before clipping; when it is not finite, nothing was updated
     */
    double step(Objective.Outcome outcome, double rate) {
        DictionaryParameters gradients = outcome.gradients();
        if (options.unitNormDecoder()) {
            removeParallel(gradients.decoder(), outcome.decoderParallel());
        }
        double norm = norm(gradients);
        if (!Double.isFinite(norm)) {
            return norm;
        }
        NDArray divisor = null;
        if (options.clipNorm() > 0 && norm + 1e-6 > options.clipNorm()) {
            divisor = step.getManager().create((float) ((norm + 1e-6) / options.clipNorm()));
        }
        step.addi(1);
        Aten.adam_(
                parameters.arrays(),
                gradients.arrays(),
                first.arrays(),
                second.arrays(),
                Collections.nCopies(4, step),
                Aten.AdamOptions.of(rate, options.beta1(), options.beta2()),
                divisor);
        normalize();
        return norm;
    }

    /** Leaves {@code ∂W − ⟨∂W, ŵ⟩ŵ} of each decoder row's gradient, ŵ the row's direction. */
    private void removeParallel(NDArray gradient, NDArray inner) {
        NDArray decoder = parameters.decoder();
        NDArray norms = Aten.rowNorms(decoder).add(1e-6f); // [d_sae, 1]
        NDArray factor = inner.reshape(-1, 1).div(norms.square());
        Aten.addcmul_(gradient, decoder, factor, -1);
    }

    private void normalize() {
        if (options.unitNormDecoder()) {
            try (Scope scope = Scope.open()) {
                NDArray decoder = parameters.decoder();
                Aten.div_(decoder, Aten.rowNorms(decoder).add(Math.ulp(1f)));
            }
        }
    }

    private static double norm(DictionaryParameters gradients) {
        NDList norms = new NDList();
        gradients.arrays().forEach(gradient -> norms.add(Aten.norm(gradient)));
        float[] each = NDArrays.stack(norms).toFloatArray();
        double squares = 0;
        for (float n : each) {
            squares += (double) n * n;
        }
        return Math.sqrt(squares);
    }

    /** The arrays that a checkpoint must hold beside the parameters. */
    List<DictionaryParameters> moments() {
        return Arrays.asList(first, second);
    }

    long stepsTaken() {
        return (long) step.getFloat();
    }

    void restore(long steps) {
        step.muli(0).addi(steps);
    }

    @Override
    public void close() {
        first.close();
        second.close();
        step.close();
    }
}
