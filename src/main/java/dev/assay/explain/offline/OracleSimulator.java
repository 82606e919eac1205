package dev.assay.explain.offline;

import dev.assay.explain.Explanation;
import dev.assay.explain.Simulated;
import dev.assay.explain.Simulator;
import dev.assay.explain.TextWindow;
import java.util.List;

/** The control that returns the true activations. A score below 1 reveals an error of a scorer. */
public final class OracleSimulator implements Simulator {
    /** The name of the simulator. */
    public static final String NAME = "oracle";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Simulated> simulate(Explanation explanation, List<TextWindow> windows) {
        return windows.stream()
                .<Simulated>map(window -> new Simulated.Values(window.activations()))
                .toList();
    }
}
