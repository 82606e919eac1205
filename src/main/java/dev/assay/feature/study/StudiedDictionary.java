package dev.assay.feature.study;

import dev.assay.attach.AttachedDictionary;
import dev.assay.feature.report.PeakTokens;
import dev.assay.feature.store.FeatureStore;
import java.util.List;

/**
 * A dictionary of one layer with what is known about its features.
 *
 * @param attached the dictionary at its site
 * @param store the feature store of the dictionary, with the texts of tokens
 * @param page the address of the dashboard of its features, relative to the page of the study; empty if there is none
 */
public record StudiedDictionary(AttachedDictionary attached, FeatureStore store, String page) {
    /**
     * Returns the address of a feature.
     *
     * @param latent the latent
     * @return the page with the fragment of the feature; empty without a page
     */
    public String address(int latent) {
        return page.isEmpty() ? "" : page + "#feature-" + latent;
    }

    /**
     * Returns the tokens of the strongest activations of a feature.
     *
     * @param latent the latent
     * @return at most four tokens
     */
    public List<String> tokens(int latent) {
        return new PeakTokens(store).of(latent);
    }
}
