package dev.assay.evaluate.probe;

/** A differentiable function of a vector. */
interface SmoothFunction {
    /** Returns the value at a point and writes the gradient there. */
    double valueAndGradient(double[] point, double[] gradient);

    static double largest(double[] vector) {
        double largest = 0;
        for (double value : vector) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
