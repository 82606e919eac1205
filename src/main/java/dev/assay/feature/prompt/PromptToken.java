package dev.assay.feature.prompt;

import java.util.List;

/**
 * A token of a prompt with the features that are active there.
 *
 * @param id the token
 * @param token its text
 * @param features the active features, ordered by the ranking
 */
public record PromptToken(int id, String token, List<Active> features) {
    /** Copies the list. */
    public PromptToken {
        features = List.copyOf(features);
    }

    /**
     * A feature at one token.
     *
     * @param latent the latent's number
     * @param activation its activation there
     * @param quantile the share of the feature's activations in the store that are not larger
     * @param attribution {@code c_j · (∂metric/∂x · d_j)} at this token; NaN unless it was computed
     */
    public record Active(int latent, float activation, double quantile, double attribution) {}
}
