package dev.assay.evaluate.probe;

/** Newton's method with backtracking, and damping where the Hessian is singular up to rounding. */
final class NewtonMethod {
    private static final int MOST_STEPS = 200;
    private static final double LEAST_DAMPING = 1e-12;

    private NewtonMethod() {}

    static Minimum minimise(LogisticObjective objective, double tolerance) {
        double[] point = new double[objective.width() + 1];
        double[] gradient = new double[point.length];
        double value = objective.valueAndGradient(point, gradient);
        int step = 0;
        boolean improves = true;
        while (improves && step < MOST_STEPS && SmoothFunction.largest(gradient) > tolerance) {
            double[] direction = direction(objective.hessian(point), gradient);
            double[] next = new double[point.length];
            double[] nextGradient = new double[point.length];
            double slope = SmoothFunction.dot(direction, gradient);
            improves = false;
            for (double length = 1; length > 1e-10 && !improves; length /= 2) {
                for (int i = 0; i < point.length; i++) {
                    next[i] = point[i] + length * direction[i];
                }
                double nextValue = objective.valueAndGradient(next, nextGradient);
                // Near the minimum the value changes by less than its rounding, but the gradient still shrinks.
                boolean shrinks = SmoothFunction.largest(nextGradient) < SmoothFunction.largest(gradient)
                        && nextValue <= value + 1e-14 * Math.abs(value);
                if (nextValue <= value + 1e-4 * length * slope || shrinks) {
                    improves = true;
                    value = nextValue;
                    point = next.clone();
                    gradient = nextGradient.clone();
                }
            }
            step++;
        }
        return new Minimum(point, value, SmoothFunction.largest(gradient), step);
    }

    /** Returns −H⁻¹g. */
    private static double[] direction(double[][] hessian, double[] gradient) {
        double trace = 0;
        for (int i = 0; i < hessian.length; i++) {
            trace += hessian[i][i];
        }
        double damping = 0;
        while (true) {
            double[][] factor = Cholesky.factor(hessian, damping);
            if (factor.length > 0) {
                double[] direction = Cholesky.solve(factor, gradient);
                for (int i = 0; i < direction.length; i++) {
                    direction[i] = -direction[i];
                }
                return direction;
            }
            damping = damping == 0 ? LEAST_DAMPING * Math.max(trace, Double.MIN_NORMAL) : 10 * damping;
        }
    }
}
