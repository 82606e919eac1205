package dev.assay.explain.offline;

import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.FuzzingItems;
import dev.assay.explain.Judge;
import dev.assay.explain.MarkedWindow;
import dev.assay.explain.Part;
import dev.assay.explain.ScoredItem;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulated;
import dev.assay.explain.Simulator;
import dev.assay.explain.Verdict;
import dev.assay.explain.score.ItemScores;
import java.util.ArrayList;
import java.util.List;

/**
 * Fuzzing with a simulator as the judge: marks are predicted right if the mean simulated activation of the marked tokens is above that of the
 * other tokens. Wrong marks are inside active windows, see {@link FuzzingItems#inActiveWindows}.
 */
public final class SimulatedFuzzing implements Scorer {
    /** The name of the scorer. */
    public static final String NAME = "fuzzing";

    private final Simulator simulator;
    private final long seed;

    /**
     * Creates a scorer.
     *
     * @param simulator predicts activations
     * @param seed the seed of the wrong marks
     */
    public SimulatedFuzzing(Simulator simulator, long seed) {
        this.simulator = simulator;
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
        List<MarkedWindow> marked = FuzzingItems.inActiveWindows(examples, Part.TEST, seed);
        List<Simulated> simulated = simulator.simulate(
                explanation, marked.stream().map(MarkedWindow::window).toList());
        List<ScoredItem> items = new ArrayList<>();
        for (int i = 0; i < marked.size(); i++) {
            items.add(marked.get(i).answered(verdict(marked.get(i), simulated.get(i))));
        }
        return ItemScores.balanced(examples.latent(), NAME, items);
    }

    private static Verdict verdict(MarkedWindow window, Simulated simulated) {
        if (simulated instanceof Simulated.Failed failed) {
            return Verdict.failed(failed.kind());
        }
        float[] activations = ((Simulated.Values) simulated).activations();
        boolean[] marks = window.marks();
        double[] sums = new double[2];
        int[] counts = new int[2];
        for (int i = 0; i < marks.length; i++) {
            int kind = marks[i] ? 1 : 0;
            sums[kind] += activations[i];
            counts[kind]++;
        }
        double difference = sums[1] / Math.max(1, counts[1]) - sums[0] / Math.max(1, counts[0]);
        return Verdict.of(difference > 0, difference);
    }
}
