package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.collective.Exchange;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.Parameter;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Optimizer of a dictionary. A step removes the component of each decoder row's gradient parallel to the row, clips all gradients by their
 * global norm, updates the parameters with Adam, normalizes decoder rows to unit norm and updates the weight average. {@link
 * OptimizerOptions} can disable each part.
 */
public final class DictionaryOptimizer implements AutoCloseable {
    private final OptimizerOptions options;
    private final DictionaryParameters parameters;
    private final DictionaryParameters first;
    private final DictionaryParameters second;
    private final NDArray step; // float scalar, counted from 1
    private final WeightAverage average; // null for none
    private final SliceReduction reduction;

    DictionaryOptimizer(NDManager manager, OptimizerOptions options, DictionaryParameters parameters) {
        this(manager, options, parameters, SliceReduction.WHOLE);
    }

    DictionaryOptimizer(
            NDManager manager, OptimizerOptions options, DictionaryParameters parameters, SliceReduction reduction) {
        this.reduction = reduction;
        this.options = options;
        this.parameters = parameters;
        this.first = parameters.zerosLike();
        this.second = parameters.zerosLike();
        this.step = Scope.detached(() -> manager.create(0f));
        this.average = options.averageDecay() == 0 ? null : new WeightAverage(options.averageDecay(), parameters);
    }

    /**
     * Performs a step, unless a gradient is not finite, because such an update would destroy the parameters.
     *
     * @param gradients the gradients; changed in place
     * @param decoderGradientDot [d_sae], the inner product of each decoder row with its gradient
     * @param learningRate the learning learningRate
     * @return the global gradient norm before clipping; if it is not finite, nothing was updated
     */
    double step(DictionaryParameters gradients, NDArray decoderGradientDot, double learningRate) {
        if (options.decoder().tangent()) {
            // The gradient of a tied row is the sum of two gradients; the inner product with only one of them is not
            // sufficient.
            boolean tied = !parameters.has(Parameter.DECODER);
            NDArray gradient = gradients.decoder();
            removeParallel(gradient, tied ? gradient.mul(parameters.decoder()).sum(new int[] {1}) : decoderGradientDot);
        }
        double norm = norm(gradients);
        if (!Double.isFinite(norm)) {
            return norm;
        }
        NDArray divisor = null;
        if (options.clipNorm() > 0 && norm + 1e-6 > options.clipNorm()) {
            divisor = Aten.add(step.zerosLike(), (norm + 1e-6) / options.clipNorm());
        }
        Aten.add_(step, 1);
        Aten.adam_(
                parameters.arrays(),
                gradients.arrays(),
                first.arrays(),
                second.arrays(),
                Collections.nCopies(parameters.arrays().size(), step),
                Aten.AdamOptions.of(learningRate, options.beta1(), options.beta2()),
                divisor);
        normalize(parameters.decoder());
        if (average != null) {
            average.update(parameters);
        }
        return norm;
    }

    /** Replaces each decoder row's gradient by {@code ∂W − ⟨∂W, ŵ⟩ŵ}, where ŵ is the row's direction. */
    private void removeParallel(NDArray gradient, NDArray inner) {
        NDArray decoder = parameters.decoder();
        NDArray norms = Aten.add(Aten.rowNorms(decoder), options.decoder().slack()); // [d_sae, 1]
        NDArray factor = inner.reshape(-1, 1).div(Aten.clampMin(norms.square(), Float.MIN_NORMAL));
        Aten.addcmul_(gradient, decoder, factor, -1);
    }

    private void normalize(NDArray decoder) {
        if (options.decoder().unitNorm()) {
            try (Scope scope = Scope.open()) {
                Aten.div_(decoder, Aten.add(Aten.rowNorms(decoder), Math.ulp(1f)));
            }
        }
    }

    /** The norm of the gradients of all slices; the gradient of a parameter that every slice has is counted once. */
    private double norm(DictionaryParameters gradients) {
        NDList norms = new NDList();
        gradients.arrays().forEach(gradient -> norms.add(Aten.norm(gradient)));
        float[] each = NDArrays.stack(norms).toFloatArray();
        double[] squares = new double[each.length];
        for (int i = 0; i < each.length; i++) {
            squares[i] = (double) each[i] * each[i];
        }
        double[] ofSlices = reduction.sum(Exchange.GRADIENT_NORM, squares);
        double sum = 0;
        int i = 0;
        for (Parameter parameter : gradients.names()) {
            sum += parameter.isOfLatents() ? ofSlices[i] : squares[i];
            i++;
        }
        return Math.sqrt(sum);
    }

    /**
     * Returns the weights of the trained dictionary: the weight average if enabled, with decoder rows normalized if unit norm is enabled;
     * otherwise the parameters.
     *
     * @return the parameters themselves, or arrays of the open scope
     */
    DictionaryParameters trained() {
        if (average == null || stepsTaken() == 0) {
            return parameters;
        }
        DictionaryParameters averages = average.of(stepsTaken());
        normalize(averages.decoder());
        return averages;
    }

    /** Resets the moments and averages of reinitialized latents, int64 [n]. */
    void restart(NDArray latents) {
        for (DictionaryParameters moment : moments()) {
            moment.byName().forEach((parameter, array) -> {
                if (parameter.isOfLatents()) {
                    NDArray rows = Aten.indexSelect(array, 0, latents);
                    Aten.indexCopy_(array, 0, latents, rows.zerosLike());
                }
            });
        }
        if (average != null) {
            average.restart(parameters, latents, stepsTaken());
        }
    }

    /** Returns the weight average's sums, which a checkpoint stores, if averaging is enabled. */
    public Optional<DictionaryParameters> average() {
        return Optional.ofNullable(average).map(WeightAverage::sums);
    }

    /** Returns Adam's first and second moments, which a checkpoint stores with the parameters. */
    public List<DictionaryParameters> moments() {
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
        if (average != null) {
            average.close();
        }
    }
}
