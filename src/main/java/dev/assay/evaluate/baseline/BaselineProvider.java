package dev.assay.evaluate.baseline;

import ai.djl.ndarray.NDArray;

/**
 * Extension point for baselines. An implementation that is listed in
 * {@code META-INF/services/dev.assay.evaluate.baseline.BaselineProvider} of a jar on the class path is available under its name, from
 * {@link Baselines#fit(String)} and from {@code assay evaluate --baselines NAME}. It needs a public constructor without parameters.
 *
 * <p>A linear method computes its directions in plain Java and returns {@link Baselines#directions}; any other method implements
 * {@link Baseline} with dictionaries of its own.
 */
public interface BaselineProvider {
    /**
     * Returns the name on the command line and in tables.
     *
     * @return a short lower-case word such as {@code pca}, unique among all providers
     */
    String name();

    /**
     * Fits the baseline.
     *
     * @param sample [n, d], at least two rows of finite activations; it stays open and must not be changed
     * @param options number of components, seed and further settings
     * @return the baseline; it may keep the sample until the dictionaries are created
     * @throws dev.assay.InvalidInputException if the sample or the options do not allow a fit
     */
    Baseline fit(NDArray sample, FitOptions options);
}
