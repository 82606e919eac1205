package dev.assay.evaluate.probe;

/** The result of a minimisation; the gradient norm is the largest absolute entry. */
record Minimum(double[] point, double value, double gradientNorm, int iterations) {}
