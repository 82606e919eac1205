package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.spi.TrainingMethod;
import dev.assay.train.spi.TrainingMethodProvider;
import picocli.CommandLine.Option;

/** What is trained: an architecture with the number that decides how sparse its codes are. */
final class MethodOptions {
    @Option(
            names = "--architecture",
            paramLabel = "NAME",
            defaultValue = "topk",
            description =
                    "topk, batchtopk, matryoshka, standard, standard-norm-weighted, tied, p-annealing, gated, jumprelu,"
                            + " jumprelu-tanh or jumprelu-target (default ${DEFAULT-VALUE})")
    private String architecture;

    @Option(
            names = "--k",
            paramLabel = "N",
            description = "active latents a token, of topk, batchtopk, matryoshka and jumprelu-target (default 32)")
    private Double k;

    @Option(
            names = "--coefficient",
            paramLabel = "X",
            description = "weight of the sparsity loss, of all others, beside squared errors summed over dimensions")
    private Double coefficient;

    /**
     * Returns the method.
     *
     * @param dSae the number of latents
     */
    TrainingMethod method(int dSae) {
        TrainingMethodProvider method = TrainingMethods.of(architecture);
        boolean selects = !method.sparsityOption().equals(TrainingMethodProvider.COEFFICIENT);
        if (selects && coefficient != null) {
            throw new InvalidInputException("--coefficient is given, but " + architecture + " has none; expected --k");
        }
        if (!selects && k != null) {
            throw new InvalidInputException("--k is given, but " + architecture + " has none; expected --coefficient");
        }
        if (!selects && coefficient == null) {
            throw new InvalidInputException(
                    architecture + " needs --coefficient, the weight of its sparsity loss, such as 1");
        }
        return TrainingMethods.create(architecture, selects ? (k == null ? 32 : k) : coefficient, dSae);
    }
}
