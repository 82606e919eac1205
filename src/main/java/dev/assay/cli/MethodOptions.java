package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.spi.MethodArguments;
import dev.assay.train.spi.TrainingMethod;
import dev.assay.train.spi.TrainingMethodProvider;
import java.util.Map;
import picocli.CommandLine.Option;

/** The training method and the number that controls the sparsity of its codes. */
final class MethodOptions {
    @Option(
            names = "--architecture",
            paramLabel = "NAME",
            defaultValue = "topk",
            description =
                    "topk, batchtopk, matryoshka, standard, standard-unit-norm, tied, p-annealing, gated, gated-unit-norm,"
                            + " jumprelu, jumprelu-tanh, jumprelu-target, or a method on the class path (default:"
                            + " ${DEFAULT-VALUE})")
    private String architecture;

    @Option(
            names = "--k",
            paramLabel = "N",
            description = "active latents per token, for topk, batchtopk, matryoshka and jumprelu-target (default: 32)")
    private Double k;

    @Option(
            names = "--coefficient",
            paramLabel = "X",
            description =
                    "weight of the sparsity loss, for all others, relative to squared errors summed over dimensions")
    private Double coefficient;

    @Option(
            names = "--method-option",
            paramLabel = "NAME=VALUE",
            description = "an option of the method itself, for methods on the class path")
    private Map<String, String> options = Map.of();

    /**
     * Returns the method.
     *
     * @param dSae the number of latents
     */
    TrainingMethod method(int dSae) {
        TrainingMethodProvider method = TrainingMethods.of(architecture);
        boolean selects = !method.sparsityOption().equals(TrainingMethodProvider.COEFFICIENT);
        InvalidInputException.require(
                !selects || coefficient == null,
                () -> "--coefficient is given, but " + architecture + " has none; expected --k");
        InvalidInputException.require(
                selects || k == null, () -> "--k is given, but " + architecture + " has none; expected --coefficient");
        InvalidInputException.require(
                selects || coefficient != null,
                () -> architecture + " needs --coefficient, the weight of its sparsity loss, such as 1");
        double sparsity = selects ? (k == null ? 32 : k) : coefficient;
        return TrainingMethods.create(architecture, new MethodArguments(sparsity, dSae, options));
    }
}
