/**
 * The metrics of SAEBench (Karvonen et al., "SAEBench: A comprehensive benchmark for sparse autoencoders in language model
 * interpretability", arXiv 2503.09532) in plain Java and float64: core metrics, feature absorption, targeted probe perturbation and
 * spurious correlation removal.
 *
 * <p>Names of metrics are SAEBench's. Where SAEBench 0.6.0 computes another quantity than the one that it names, the named quantity is
 * computed, and the Javadoc states the difference.
 */
package dev.assay.evaluate.benchmark;
