package dev.assay.explain.measure;

import dev.assay.InvalidInputException;

/** Checks of arguments. */
final class Arguments {
    private Arguments() {}

    static void requireEqual(String what, int first, int second) {
        InvalidInputException.require(
                first == second,
                () -> "there are " + first + " and " + second + " " + what + ", expected equal numbers");
    }

    static void requireFinite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidInputException(name + " is " + value + ", expected a finite number");
        }
    }

    static void requireWeight(double weight) {
        if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new InvalidInputException("a weight is " + weight + ", expected a finite number from 0");
        }
    }

    static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
