package dev.assay.attach;

import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.ActivationNormalization;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;

/**
 * Checks the metadata that change the meaning of a dictionary, once, when it meets a model: before any pass, and before anything is written.
 * A field that Assay cannot apply is refused by its name.
 */
final class MetadataCheck {
    private MetadataCheck() {}

    static void check(HookedTransformer model, Dictionary dictionary) {
        SaeMetadata metadata = dictionary.metadata();
        // The getters refuse values of other types.
        metadata.positions();
        metadata.contextSize();
        metadata.prependBos();
        int vocabulary = model.config().vocabularySize();
        for (int id : metadata.excludedTokens().ids()) {
            if (id >= vocabulary) {
                throw new InvalidInputException("the dictionary's cfg.json has token id " + id
                        + " in metadata.exclude_special_tokens, which is not in the vocabulary of " + model.name()
                        + ", expected 0 to " + (vocabulary - 1));
            }
        }
        if (dictionary instanceof SparseAutoencoder sae
                && sae.input().normalization() == ActivationNormalization.EXPECTED_AVERAGE_ONLY_IN) {
            throw new InvalidInputException("the dictionary's cfg.json has normalize_activations"
                    + " expected_average_only_in: it is for activations multiplied by a factor that the file does not"
                    + " contain, expected none; add the factor as metadata.norm_scaling_factor, or fold it into the"
                    + " weights (SparseAutoencoder.foldActivationNorm)");
        }
    }
}
