package dev.assay.explain.run;

import dev.assay.explain.FailureKind;

/**
 * A feature without an explanation.
 *
 * @param latent the index of the latent
 * @param kind the kind of failure
 * @param reason one sentence
 */
public record FailedExplanation(int latent, FailureKind kind, String reason) {
    /** {@return whether another try may succeed, so that a resumed run requests the explanation again} */
    boolean isTransient() {
        return kind.isTransient();
    }
}
