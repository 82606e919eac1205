package dev.assay.explain.offline;

import dev.assay.explain.ConceptRule;
import dev.assay.explain.Explainer;
import dev.assay.explain.ExplainerDescription;
import dev.assay.explain.Explanation;
import dev.assay.explain.ExplanationFailedException;
import dev.assay.explain.FailureKind;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.Part;
import dev.assay.explain.TextWindow;
import dev.assay.text.story.Concept;
import dev.assay.text.story.StoryCorpus;

/**
 * Explains a feature of a model of generated stories by a known concept: the one whose tokens have the highest F1 as a prediction of active
 * tokens on the training documents.
 */
public final class ConceptExplainer implements Explainer {
    /** The name of the explainer. */
    public static final String NAME = "concept";

    private final StoryConcepts labels;

    /**
     * Creates an explainer.
     *
     * @param labels the concepts of the store
     */
    public ConceptExplainer(StoryConcepts labels) {
        this.labels = labels;
    }

    @Override
    public ExplainerDescription description() {
        return ExplainerDescription.offline(NAME);
    }

    @Override
    public Explanation explain(FeatureExamples examples) {
        int concepts = StoryCorpus.concepts().size();
        long[] labelled = new long[concepts];
        long[] both = new long[concepts];
        double[] sums = new double[concepts];
        long active = 0;
        for (TextWindow window : examples.whole(Part.TRAIN)) {
            for (int i = 0; i < window.length(); i++) {
                float activation = window.activation(i);
                active += activation > 0 ? 1 : 0;
                for (long left = labels.bits(window.start() + i); left != 0; left &= left - 1) {
                    int concept = Long.numberOfTrailingZeros(left);
                    labelled[concept]++;
                    both[concept] += activation > 0 ? 1 : 0;
                    sums[concept] += activation;
                }
            }
        }
        int best = 0;
        for (int concept = 1; concept < concepts; concept++) {
            best = f1(both[concept], labelled[concept], active) > f1(both[best], labelled[best], active)
                    ? concept
                    : best;
        }
        if (both[best] == 0) {
            throw new ExplanationFailedException(
                    FailureKind.UNPARSABLE,
                    "latent " + examples.latent() + " is active on no token with a concept, expected at least one");
        }
        Concept concept = StoryCorpus.concepts().get(best);
        return Explanation.of(examples.latent(), concept.description(), description())
                .withRule(new ConceptRule(concept.name(), sums[best] / labelled[best]));
    }

    private static double f1(long both, long labelled, long active) {
        return labelled + active == 0 ? 0 : 2.0 * both / (labelled + active);
    }
}
