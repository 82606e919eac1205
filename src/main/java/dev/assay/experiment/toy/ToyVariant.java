package dev.assay.experiment.toy;

import dev.assay.InvalidInputException;
import dev.assay.toy.L1Convention;
import dev.assay.toy.ToySuperposition;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A toy model with a convention of the L1 coefficient. */
enum ToyVariant {
    /** Independent features. */
    PLAIN(L1Convention.SUM_PER_SAMPLE),
    /** A Gaussian copula per row. */
    CORRELATED(L1Convention.SUM_PER_SAMPLE),
    /** Families of parents and children. */
    HIERARCHICAL(L1Convention.SUM_PER_SAMPLE),
    /** The published convention: the coefficient divided by the number of latents, and unscaled probabilities. */
    PUBLISHED(L1Convention.DIVIDED_BY_SIZE),
    /** Unscaled probabilities alone. */
    UNSCALED(L1Convention.SUM_PER_SAMPLE),
    /** The division by the number of latents alone. */
    DIVIDED(L1Convention.DIVIDED_BY_SIZE);

    private final L1Convention convention;

    ToyVariant(L1Convention convention) {
        this.convention = convention;
    }

    static ToyVariant named(String name) {
        return Arrays.stream(values())
                .filter(variant -> variant.key().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("setting variants has \"" + name + "\", expected some of "
                        + Arrays.stream(values()).map(ToyVariant::key).collect(Collectors.joining(", "))));
    }

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    L1Convention convention() {
        return convention;
    }

    /**
     * Changes a model with independent features and scaled probabilities to this variant.
     *
     * @param plain the model
     * @param correlation the largest correlation of two features in the Gaussian copula
     */
    ToySuperposition of(ToySuperposition plain, double correlation) {
        return switch (this) {
            case PLAIN, DIVIDED -> plain;
            case CORRELATED -> plain.correlation(correlation);
            case HIERARCHICAL -> plain.hierarchical();
            case PUBLISHED, UNSCALED -> plain.unscaledProbabilities();
        };
    }
}
