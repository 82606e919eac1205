/**
 * Arithmetic of the scores of explanations in float64, without a model: agreement of simulated and true activations, classification and
 * ranking metrics, parsing of a judge's answer, marked texts, and intervals over features.
 */
package dev.assay.explain.measure;
