package dev.assay.evaluate.concept;

import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.evaluate.probe.LogisticRegression;
import dev.assay.evaluate.probe.ProbeData;
import dev.assay.evaluate.probe.RidgeRegression;
import dev.assay.text.story.ConceptInclusion;
import dev.assay.text.story.StoryCorpus;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Linear probes of activations: what a dictionary could find at most with a linear detector. The probe of each concept is a ridge regression on
 * its label, with the threshold of the highest F1 on training stories.
 */
public final class LinearConceptProbes {
    /** The ridge relative to the mean variance of a dimension. */
    private static final double RIDGE = 1e-4;

    private final LabelledRows training;
    private final LabelledRows heldOut;

    /**
     * Copies the activations.
     *
     * @param scoring the activations
     */
    public LinearConceptProbes(ConceptScoring scoring) {
        training = rows(scoring.trainingStories());
        heldOut = rows(scoring.heldOutStories());
    }

    private static LabelledRows rows(ConceptScoring.LabelledActivations activations) {
        float[] flat = activations.x().toFloatArray();
        int width = Math.toIntExact(activations.x().getShape().get(1));
        double[][] rows = new double[activations.labels().length][width];
        for (int i = 0; i < flat.length; i++) {
            rows[i / width][i % width] = flat[i];
        }
        return new LabelledRows(rows, activations.labels());
    }

    /** {@return activations and labels of the training stories, not copies} */
    public LabelledRows training() {
        return training;
    }

    /** {@return activations and labels of the held-out stories, not copies} */
    public LabelledRows heldOut() {
        return heldOut;
    }

    /**
     * Scores the ridge regressions.
     *
     * @return F1 on held-out stories, one per concept; 0 for a concept that does not occur
     */
    public double[] f1() {
        RidgeRegression regression = RidgeRegression.of(training.x(), RIDGE);
        double[] f1 = new double[StoryCorpus.concepts().size()];
        for (int concept = 0; concept < f1.length; concept++) {
            boolean[] labels = LabelledCodes.has(training.labels(), concept);
            LinearProbe probe = regression.fit(labels);
            F1Threshold threshold = F1Threshold.select(regression.scores(probe), labels);
            double[] scores =
                    Arrays.stream(heldOut.x()).mapToDouble(probe::score).toArray();
            f1[concept] = threshold.evaluate(scores, LabelledCodes.has(heldOut.labels(), concept));
        }
        return f1;
    }

    /**
     * Fits balanced logistic regressions of the parent concepts, the directions of absorption.
     *
     * @return the probe of each parent that some and not all training tokens have, by index of the concept
     */
    public Map<Integer, LinearProbe> parents() {
        Map<Integer, LinearProbe> probes = new HashMap<>();
        LogisticRegression regression = LogisticRegression.withC(1).balanced().tolerance(1e-6);
        for (ConceptInclusion inclusion : ConceptInclusion.all()) {
            ProbeData data = ProbeData.of(training.x(), LabelledCodes.has(training.labels(), inclusion.parentIndex()));
            if (data.positives() > 0 && data.positives() < data.rows()) {
                probes.computeIfAbsent(
                        inclusion.parentIndex(), index -> regression.fit(data).probe());
            }
        }
        return probes;
    }
}
