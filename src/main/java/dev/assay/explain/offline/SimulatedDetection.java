package dev.assay.explain.offline;

import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Judge;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulator;
import dev.assay.explain.score.ItemScores;

/** Detection with a simulator as the judge: a window is predicted active if its largest simulated activation is above a threshold. */
public final class SimulatedDetection implements Scorer {
    /** The name of the scorer. */
    public static final String NAME = "detection";

    private final Simulator simulator;
    private final RatedDetection detection;

    /**
     * Creates a scorer.
     *
     * @param simulator predicts activations
     */
    public SimulatedDetection(Simulator simulator) {
        this.simulator = simulator;
        detection = new RatedDetection(WindowRatings.of(simulator));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Judge judge() {
        return simulator.judge();
    }

    @Override
    public FeatureScore score(Explanation explanation, FeatureExamples examples) {
        return ItemScores.ofCorpus(examples.latent(), NAME, detection.items(explanation, examples));
    }
}
