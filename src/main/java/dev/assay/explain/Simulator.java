package dev.assay.explain;

import java.util.List;

/** Predicts the activations of a feature from an explanation. Implementations are thread-safe. */
public interface Simulator {
    /**
     * Returns the name of the instrument. Scores of different instruments must not be compared.
     *
     * @return a short lower-case name such as {@code rule}, {@code echo-unknown} or {@code json-hard}
     */
    String name();

    /**
     * Returns the instrument with its language model.
     *
     * @return the judge; by default an instrument without a model
     */
    default Judge judge() {
        return Judge.of(name());
    }

    /**
     * Simulates windows.
     *
     * @param explanation the explanation
     * @param windows the windows; their activations must not be read, except by controls
     * @return one result per window, in order; values have the length of the window
     * @throws dev.assay.InvalidInputException if the explanation lacks what the simulator needs, such as a rule
     */
    List<Simulated> simulate(Explanation explanation, List<TextWindow> windows);
}
