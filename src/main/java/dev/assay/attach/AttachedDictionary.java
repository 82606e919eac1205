package dev.assay.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import java.util.List;

/**
 * A dictionary at its sites in a model. Sites, widths and devices are checked once, here.
 *
 * @param sites where the dictionary reads and writes
 * @param sae the dictionary, as wide as its sites
 */
public record AttachedDictionary(AttachedSites sites, SparseAutoencoder sae) {
    /** Checks the device. */
    public AttachedDictionary {
        if (!sae.device().equals(sites.model().device())) {
            throw new InvalidInputException("the dictionary is on " + sae.device() + " and the model on "
                    + sites.model().device() + ", expected both on one device");
        }
    }

    /**
     * Attaches a dictionary to the sites that its metadata name.
     *
     * @param model the model, which stays the caller's, as the dictionary does
     * @param sae the dictionary
     * @return the attached dictionary
     * @throws InvalidInputException when the metadata name no site, or the dictionary does not fit the model
     */
    public static AttachedDictionary of(HookedTransformer model, SparseAutoencoder sae) {
        return new AttachedDictionary(AttachedSites.of(model, sae), sae);
    }

    /**
     * Attaches a dictionary to a site that replaces the one that its metadata name.
     *
     * @param model the model, which stays the caller's, as the dictionary does
     * @param point the site that is read, and written unless the dictionary is a transcoder
     * @param sae the dictionary
     * @return the attached dictionary
     * @throws InvalidInputException when the dictionary does not fit the site
     */
    public static AttachedDictionary of(HookedTransformer model, HookPoint point, SparseAutoencoder sae) {
        return new AttachedDictionary(AttachedSites.of(model, sae, point), sae);
    }

    /** {@return the model} */
    public HookedTransformer model() {
        return sites.model();
    }

    /**
     * Returns the tokens that the dictionary is for.
     *
     * @return all tokens, or those that its metadata do not exclude by id or position
     */
    public TokenMask mask() {
        return TokenMask.of(model(), sae.metadata());
    }

    /**
     * Fails unless the dictionary has a latent.
     *
     * @param latent its number
     * @throws InvalidInputException when it has not
     */
    public void require(int latent) {
        if (latent < 0 || latent >= sae.dSae()) {
            throw new InvalidInputException("there is no latent " + latent + " in the dictionary at " + sites.sites()
                    + ", expected 0 to " + (sae.dSae() - 1));
        }
    }

    /**
     * Returns the factor s that undoes the normalisation of activations. The prediction of a transcoder is not scaled back.
     *
     * @param x the activations that are encoded, [n, d_in]
     * @return [n, 1]; null for 1
     */
    public NDArray scale(NDArray x) {
        if (sae.transcodes()) {
            return null;
        }
        return sae.input()
                .normalization()
                .apply(x.toType(DataType.FLOAT32, false).reshape(-1, sae.dIn()))
                .scale();
    }

    /**
     * Returns the directions of some latents: what a code of 1 adds to the written activation before the normalisation is undone.
     *
     * @param manager owns the result
     * @param latents their numbers
     * @return [m, d_out]
     */
    public NDArray directions(NDManager manager, List<Integer> latents) {
        long[] ids = latents.stream().mapToLong(Integer::longValue).toArray();
        return sae.directions(manager.create(ids));
    }
}
