package dev.assay.evaluate.probe;

/**
 * A fitted logistic regression.
 *
 * @param probe the probe
 * @param c inverse strength of the penalty
 * @param loss the objective at the solution
 * @param gradientNorm the largest absolute entry of the gradient of the objective at the solution
 * @param iterations the number of steps of the solver
 * @param converged whether the gradient norm is at most the tolerance
 */
public record LogisticFit(
        LinearProbe probe, double c, double loss, double gradientNorm, int iterations, boolean converged) {}
