package dev.assay.train.spi;

import dev.assay.InvalidInputException;
import java.util.Map;

/**
 * The arguments of a training method.
 *
 * @param sparsity the number that {@link TrainingMethodProvider#sparsityOption} names
 * @param dSae the number of latents
 * @param options values of the method's own options by name
 */
public record MethodArguments(double sparsity, int dSae, Map<String, String> options) {
    /** Copies the options. */
    public MethodArguments {
        options = Map.copyOf(options);
    }

    /**
     * Returns the sparsity as an integer.
     *
     * @param name its name in messages
     * @return the number
     * @throws InvalidInputException if it is not an integer
     */
    public int integerSparsity(String name) {
        if (sparsity != Math.rint(sparsity) || Math.abs(sparsity) > Integer.MAX_VALUE) {
            throw new InvalidInputException(name + " is " + sparsity + ", expected an integer");
        }
        return (int) sparsity;
    }

    /**
     * Returns an option as a number.
     *
     * @param name the option
     * @param fallback the number if the option is not set
     * @return the number
     * @throws InvalidInputException if the value is not a finite number
     */
    public double number(String name, double fallback) {
        String value = options.get(name);
        if (value == null) {
            return fallback;
        }
        try {
            double number = Double.parseDouble(value);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        throw new InvalidInputException("the method option " + name + " is \"" + value + "\", expected a number");
    }

    /**
     * Returns an option as text.
     *
     * @param name the option
     * @param fallback the text if the option is not set
     * @return the text
     */
    public String text(String name, String fallback) {
        return options.getOrDefault(name, fallback);
    }
}
