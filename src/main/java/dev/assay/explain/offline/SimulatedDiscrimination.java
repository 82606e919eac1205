package dev.assay.explain.offline;

import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Judge;
import dev.assay.explain.Part;
import dev.assay.explain.ScoredItem;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulator;
import dev.assay.explain.Stratum;
import dev.assay.explain.TextWindow;
import dev.assay.explain.Verdict;
import dev.assay.explain.score.ItemScores;
import java.util.ArrayList;
import java.util.List;

/**
 * Discrimination of a feature from its neighbours: the judge separates windows of the feature from windows in which only neighbours are
 * active. Detection with random negatives does not reveal that one explanation fits several features.
 */
public final class SimulatedDiscrimination implements Scorer {
    /** The name of the scorer. */
    public static final String NAME = "discrimination";

    private final Simulator simulator;
    private final WindowRatings ratings;
    private final RatedDetection detection;

    /**
     * Creates a scorer.
     *
     * @param simulator predicts activations
     */
    public SimulatedDiscrimination(Simulator simulator) {
        this.simulator = simulator;
        ratings = WindowRatings.of(simulator);
        detection = new RatedDetection(ratings);
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
        double bound = detection.bound(explanation, examples);
        List<TextWindow> windows = new ArrayList<>(examples.windows(Part.TEST, Stratum.DECILES));
        for (TextWindow window : examples.windows(Part.TEST, Stratum.NEGATIVE_NEIGHBOUR)) {
            // Balanced figures leave out hard negatives, which here are the only negatives.
            windows.add(window.weighted(Stratum.NEGATIVE_RANDOM, window.weight()));
        }
        List<Verdict> rated = ratings.rate(explanation, windows);
        List<ScoredItem> items = new ArrayList<>();
        for (int i = 0; i < windows.size(); i++) {
            items.add(ScoredItem.of(windows.get(i), RatedDetection.decided(rated.get(i), bound)));
        }
        return ItemScores.balanced(examples.latent(), NAME, items);
    }
}
