package dev.assay.explain.offline;

import dev.assay.explain.Explanation;
import dev.assay.explain.Simulated;
import dev.assay.explain.Simulator;
import dev.assay.explain.TextWindow;
import java.util.List;

/** The control that predicts 0 everywhere. Its score is the floor of a scorer. */
public final class ConstantSimulator implements Simulator {
    /** The name of the simulator. */
    public static final String NAME = "constant";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Simulated> simulate(Explanation explanation, List<TextWindow> windows) {
        return windows.stream()
                .<Simulated>map(window -> new Simulated.Values(new float[window.length()]))
                .toList();
    }
}
