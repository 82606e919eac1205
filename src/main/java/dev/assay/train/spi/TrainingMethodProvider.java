package dev.assay.train.spi;

import java.util.Set;

/**
 * Creates a training method by its name. Providers are found by {@link java.util.ServiceLoader}: name the implementing class, which needs a
 * public constructor without parameters, in {@code META-INF/services/dev.assay.train.spi.TrainingMethodProvider}. The name can then be used
 * with {@code assay train --architecture}, as {@code method} in sweep files, and with {@code TrainingMethods} from Java.
 */
public interface TrainingMethodProvider {
    /** The name of {@link #sparsityOption} for methods that fix the number of active latents. */
    String K = "k";
    /** The name of {@link #sparsityOption} for methods that aim at a number of active latents. */
    String L0 = "l0";
    /** The name of {@link #sparsityOption} for methods with the weight of a sparsity loss. */
    String COEFFICIENT = "coefficient";

    /**
     * Returns the name of the method.
     *
     * @return lower-case words joined by hyphens, such as {@code standard-unit-norm}
     */
    String name();

    /**
     * Returns the name of the number that controls sparsity.
     *
     * @return {@link #K}, {@link #L0} or {@link #COEFFICIENT}
     */
    default String sparsityOption() {
        return COEFFICIENT;
    }

    /**
     * Returns the names of the method's own options, which {@code --method-option name=value} and {@code method_options} of a sweep file set.
     *
     * @return the names that {@link #create} reads
     */
    default Set<String> options() {
        return Set.of();
    }

    /**
     * Creates the method.
     *
     * @param arguments the sparsity, the number of latents and the method's own options
     * @return the method
     * @throws dev.assay.InvalidInputException if an argument is out of range
     */
    TrainingMethod create(MethodArguments arguments);
}
