package dev.assay.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A dictionary and the site of a model that it reads.
 *
 * @param point the site
 * @param sae the dictionary, as wide as the site
 */
public record DictionarySite(HookPoint point, SparseAutoencoder sae) {
    /** Puts a dictionary to the site that its metadata name. */
    public static DictionarySite of(HookedTransformer model, SparseAutoencoder sae) {
        return of(model, HookPoint.parse(sae.metadata().requiredHookName()), sae);
    }

    /** Puts a dictionary to a site of a model, once it is known to fit. */
    public static DictionarySite of(HookedTransformer model, HookPoint point, SparseAutoencoder sae) {
        if (sae.transcodes()) {
            throw new InvalidInputException("the dictionary is a transcoder, whose output belongs to another site than "
                    + point.name() + ", expected one that reconstructs its input");
        }
        if (!model.has(point)) {
            throw new InvalidInputException("the dictionary reads " + point.name() + ", which " + model.name()
                    + " does not have, expected one of the sites that assay describe lists");
        }
        if (model.width(point) != sae.dIn()) {
            throw new InvalidInputException("the dictionary has d_in " + sae.dIn() + ", but " + point.name() + " of "
                    + model.name() + " is " + model.width(point) + " wide");
        }
        if (!sae.device().equals(model.device())) {
            throw new InvalidInputException("the dictionary is on " + sae.device() + " and the model on "
                    + model.device() + ", expected both on one device");
        }
        return new DictionarySite(point, sae);
    }

    /** Fails unless the dictionary has a latent. */
    void require(int latent) {
        if (latent < 0 || latent >= sae.dSae()) {
            throw new InvalidInputException("there is no latent " + latent + " in the dictionary at " + point.name()
                    + ", expected 0 to " + (sae.dSae() - 1));
        }
    }

    /** Returns which tokens the dictionary is for: all of them, or those that are not special. */
    public IntPredicate reads(HookedTransformer model) {
        return sae.metadata().excludesSpecialTokens() ? id -> !model.tokenizer().isSpecial(id) : id -> true;
    }

    /** Returns activations of the site one a row, [n, d_in]. */
    public NDArray rows(NDArray activation) {
        return activation.reshape(-1, sae.dIn());
    }

    /** Returns what undoing the normalisation of some rows multiplies by, [n, 1]; null for 1. */
    public NDArray scale(NDArray rows) {
        return sae.input().normalization().apply(rows).scale();
    }

    /** Returns what a unit of each latent's code adds before the normalisation is undone, [m, d_in]. */
    public NDArray directions(NDManager manager, List<Integer> latents) {
        long[] ids = latents.stream().mapToLong(Integer::longValue).toArray();
        return sae.directions(manager.create(ids));
    }
}
