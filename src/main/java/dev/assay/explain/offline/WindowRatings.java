package dev.assay.explain.offline;

import dev.assay.explain.Explanation;
import dev.assay.explain.Simulated;
import dev.assay.explain.Simulator;
import dev.assay.explain.TextWindow;
import dev.assay.explain.Verdict;
import java.util.List;

/** Rates windows by an explanation; a larger rating means more likely active. */
@FunctionalInterface
interface WindowRatings {
    /** Returns a verdict with a probability, whose prediction is ignored, or a failure per window. */
    List<Verdict> rate(Explanation explanation, List<TextWindow> windows);

    /** Returns ratings by the largest simulated activation. */
    static WindowRatings of(Simulator simulator) {
        return (explanation, windows) -> simulator.simulate(explanation, windows).stream()
                .map(WindowRatings::rating)
                .toList();
    }

    private static Verdict rating(Simulated simulated) {
        if (simulated instanceof Simulated.Failed failed) {
            return Verdict.failed(failed.kind());
        }
        float largest = Float.NEGATIVE_INFINITY;
        for (float activation : ((Simulated.Values) simulated).activations()) {
            largest = Math.max(largest, activation);
        }
        return Verdict.of(false, largest);
    }
}
