package dev.assay.evaluate.control;

import dev.assay.evaluate.ConceptControl;
import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.ConceptTable;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;

/**
 * Concept scores of a dictionary that is trained on the same architecture with weights {@linkplain RandomWeightModel#asAtStart as at the start
 * of training}. The column is {@link ConceptControl#RANDOM_WEIGHTS}.
 *
 * <pre>{@code
 * ConceptTable table = RandomWeightControl.of(model, HookPoint.residPost(1), corpus).like(sae).addTo(concepts);
 * }</pre>
 */
public final class RandomWeightControl extends ModelControl<RandomWeightControl> {
    private RandomWeightControl(HookedTransformer model, HookPoint point, Corpus stories) {
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
    public static RandomWeightControl of(HookedTransformer model, HookPoint point, Corpus stories) {
        return new RandomWeightControl(model, point, stories);
    }

    @Override
    HookedTransformer untrained(HookedTransformer trained, long modelSeed) {
        return RandomWeightModel.asAtStart(trained, modelSeed);
    }

    @Override
    ConceptTable scored(ConceptTable table, ConceptScoring scoring, SparseAutoencoder dictionary, int numberOfLatents) {
        return table.with(ConceptControl.RANDOM_WEIGHTS, f1(scoring, dictionary));
    }

    @Override
    RandomWeightControl self() {
        return this;
    }
}
