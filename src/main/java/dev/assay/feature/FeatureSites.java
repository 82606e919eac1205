package dev.assay.feature;

import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import java.util.Optional;

/**
 * Where in a model the features of a dictionary are.
 *
 * @param reads the site whose activations are encoded
 * @param writes the site that the directions are parts of: the same, but for a transcoder the one that its metadata name in
 *     {@code hook_name_out}, if they do
 */
record FeatureSites(HookPoint reads, Optional<HookPoint> writes) {
    private static final String OUTPUT = "hook_name_out";

    /** Returns the sites of a dictionary that reads {@code site}. */
    static FeatureSites of(HookedTransformer model, SparseAutoencoder sae, HookPoint site) {
        requireWidth(model, site, sae.dIn(), "reads");
        if (!sae.transcodes()) {
            return new FeatureSites(site, Optional.of(site));
        }
        Optional<HookPoint> output = sae.metadata()
                .get(OUTPUT)
                .filter(name -> name.isTextual())
                .map(name -> HookPoint.parse(name.textValue()));
        output.ifPresent(writes -> requireWidth(model, writes, sae.dOut(), "writes"));
        return new FeatureSites(site, output);
    }

    private static void requireWidth(HookedTransformer model, HookPoint site, int width, String what) {
        if (model.width(site) != width) {
            throw new InvalidInputException("the dictionary " + what + " " + width + " numbers a token, but " + site
                    + " of this model has " + model.width(site));
        }
    }

    /** Returns the site that an edit of a feature acts on, which is in a block or before all of them. */
    HookPoint requiredOutput() {
        HookPoint output = writes.orElseThrow(
                () -> new InvalidInputException("the dictionary is a transcoder, and its cfg.json does"
                        + " not name the site that it predicts (metadata." + OUTPUT
                        + "), expected one such as blocks.2.hook_mlp_out; without it no feature can be ablated"));
        if (output.kind() == HookPoint.Kind.LN_FINAL_NORMALIZED) {
            throw new InvalidInputException("the dictionary is one of " + output
                    + ", which is part of the final norm; effects are those of sites before it, such as"
                    + " blocks.2.hook_resid_post");
        }
        return output;
    }

    /** Tells whether the directions are parts of the residual stream, so that the final norm and the unembedding apply to them. */
    boolean writesToResidual() {
        return writes.isPresent() && isPartOfResidual(writes.get().kind());
    }

    private static boolean isPartOfResidual(HookPoint.Kind kind) {
        return switch (kind) {
            case EMBED, POS_EMBED, RESID_PRE, ATTN_OUT, RESID_MID, MLP_OUT, RESID_POST -> true;
            default -> false;
        };
    }
}
