package dev.assay.explain.offline;

import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Judge;
import dev.assay.explain.Part;
import dev.assay.explain.ScoredItem;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulator;
import dev.assay.explain.TextWindow;
import dev.assay.explain.Verdict;
import dev.assay.explain.saebench.SaeBenchAccuracy;
import dev.assay.explain.saebench.SaeBenchWindows;
import dev.assay.explain.saebench.SaeBenchWindows.Counts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * SAEBench's automatic interpretation with a simulator as the judge: a window is named if its largest simulated activation is above a bound.
 * The bound has the largest accuracy on windows that are drawn alike from the calibration documents, or from the training documents if no
 * calibration document is active. A simulator without a difference between windows names none, as the judge of SAEBench's floor.
 */
public final class SimulatedSaeBench implements Scorer {
    /** The name of the scorer. */
    public static final String NAME = "saebench";

    /** Windows for the bound, in multiples of those of the judge. */
    private static final int CALIBRATION_FACTOR = 5;

    private final Simulator simulator;
    private final WindowRatings ratings;
    private final long seed;

    /**
     * Creates a scorer.
     *
     * @param simulator predicts activations
     * @param seed the seed of the windows and of their order
     */
    public SimulatedSaeBench(Simulator simulator, long seed) {
        this.simulator = simulator;
        ratings = WindowRatings.of(simulator);
        this.seed = seed;
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
        double bound = bound(explanation, examples);
        List<TextWindow> windows = SaeBenchAccuracy.shuffled(
                SaeBenchWindows.draw(examples, Part.TEST, Counts.JUDGE, seed), examples.latent(), seed);
        List<Verdict> rated = ratings.rate(explanation, windows);
        List<ScoredItem> items = new ArrayList<>();
        for (int i = 0; i < windows.size(); i++) {
            items.add(ScoredItem.of(windows.get(i), RatedDetection.decided(rated.get(i), bound)));
        }
        return SaeBenchAccuracy.of(examples.latent(), NAME, items);
    }

    private double bound(Explanation explanation, FeatureExamples examples) {
        for (Part part : List.of(Part.CALIBRATION, Part.TRAIN)) {
            List<TextWindow> windows =
                    SaeBenchWindows.draw(examples, part, Counts.JUDGE.times(CALIBRATION_FACTOR), seed);
            if (windows.stream().anyMatch(TextWindow::isActive)) {
                return mostAccurate(windows, ratings.rate(explanation, windows));
            }
        }
        return 0;
    }

    /**
     * Returns the rating with the largest accuracy of the predictions above it, the largest of equal ones. Active and silent windows have
     * the shares of a question.
     */
    private static double mostAccurate(List<TextWindow> windows, List<Verdict> rated) {
        double active = windows.stream().filter(TextWindow::isActive).count();
        double silent = Math.max(1, windows.size() - active);
        double activeWeight = (Counts.JUDGE.top() + Counts.JUDGE.importance()) / active;
        double silentWeight = Counts.JUDGE.random() / silent;
        TreeMap<Double, Double> gains = new TreeMap<>(); // by rating: the gain of predicting windows up to it as silent
        for (int i = 0; i < windows.size(); i++) {
            if (rated.get(i) instanceof Verdict.Given given) {
                double gain = windows.get(i).isActive() ? -activeWeight : silentWeight;
                gains.merge(given.probability().orElseThrow() + 0.0, gain, Double::sum); // −0 equals 0
            }
        }
        double bound = Double.NEGATIVE_INFINITY;
        double best = 0;
        double sum = 0;
        for (Map.Entry<Double, Double> entry : gains.entrySet()) {
            sum += entry.getValue();
            if (sum >= best) {
                best = sum;
                bound = entry.getKey();
            }
        }
        return bound;
    }
}
