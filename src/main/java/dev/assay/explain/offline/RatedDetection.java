package dev.assay.explain.offline;

import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.Part;
import dev.assay.explain.ScoredItem;
import dev.assay.explain.TextWindow;
import dev.assay.explain.Verdict;
import dev.assay.explain.score.DecisionThreshold;
import java.util.ArrayList;
import java.util.List;

/**
 * Detects active windows by a rating. The threshold has the largest F1 on the windows of the calibration documents, or of the training
 * documents if no calibration window is active.
 */
final class RatedDetection {
    private final WindowRatings ratings;

    RatedDetection(WindowRatings ratings) {
        this.ratings = ratings;
    }

    List<ScoredItem> items(Explanation explanation, FeatureExamples examples) {
        double bound = bound(explanation, examples);
        List<TextWindow> windows = examples.representative(Part.TEST);
        List<Verdict> rated = ratings.rate(explanation, windows);
        List<ScoredItem> items = new ArrayList<>();
        for (int i = 0; i < windows.size(); i++) {
            items.add(ScoredItem.of(windows.get(i), decided(rated.get(i), bound)));
        }
        return items;
    }

    static Verdict decided(Verdict rated, double bound) {
        return rated instanceof Verdict.Given given
                ? Verdict.of(
                        given.probability().orElseThrow() > bound,
                        given.probability().orElseThrow())
                : rated;
    }

    double bound(Explanation explanation, FeatureExamples examples) {
        for (Part part : List.of(Part.CALIBRATION, Part.TRAIN)) {
            List<TextWindow> windows = examples.representative(part);
            List<Verdict> rated = ratings.rate(explanation, windows);
            DecisionThreshold threshold = new DecisionThreshold();
            for (int i = 0; i < windows.size(); i++) {
                if (rated.get(i) instanceof Verdict.Given given) {
                    TextWindow window = windows.get(i);
                    threshold.add(given.probability().orElseThrow(), window.isActive(), window.weight());
                }
            }
            if (threshold.hasActive()) {
                return threshold.bound();
            }
        }
        return 0;
    }
}
