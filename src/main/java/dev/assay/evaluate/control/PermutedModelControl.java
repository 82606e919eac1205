package dev.assay.evaluate.control;

import dev.assay.evaluate.ConceptControl;
import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.ConceptTable;
import dev.assay.model.HookedTransformer;
import dev.assay.model.PermutedModel;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;

/**
 * Concept scores of a dictionary that is trained on the same model with {@linkplain PermutedModel permuted weights}. The
 * activations of that model still depend on the tokens, but on nothing that the model learned. The columns are
 * {@link ConceptControl#PERMUTED_MODEL}, and {@link ConceptControl#PERMUTED_RANDOM} for a random dictionary on the same activations.
 *
 * <pre>{@code
 * ConceptTable table = PermutedModelControl.of(model, HookPoint.residPost(1), corpus)
 *         .latents(2048)
 *         .activeLatents(32)
 *         .trainingTokens(3_000_000)
 *         .addTo(concepts);
 * }</pre>
 */
public final class PermutedModelControl extends ModelControl<PermutedModelControl> {
    private PermutedModelControl(HookedTransformer model, HookPoint point, Corpus stories) {
        super(model, point, stories);
    }

    /**
     * Creates a control of 1,024 latents, 32 of them active per token, trained on a million activations and scored on 60,000 tokens.
     *
     * @param model the trained model
     * @param point the site
     * @param stories a corpus of generated stories
     * @return the control
     */
    public static PermutedModelControl of(HookedTransformer model, HookPoint point, Corpus stories) {
        return new PermutedModelControl(model, point, stories);
    }

    @Override
    HookedTransformer untrained(HookedTransformer trained, long modelSeed) {
        return PermutedModel.of(trained, modelSeed);
    }

    @Override
    ConceptTable scored(ConceptTable table, ConceptScoring scoring, SparseAutoencoder dictionary, int numberOfLatents) {
        return table.with(ConceptControl.PERMUTED_MODEL, f1(scoring, dictionary))
                .with(ConceptControl.PERMUTED_RANDOM, scoring.random(numberOfLatents));
    }

    @Override
    PermutedModelControl self() {
        return this;
    }
}
