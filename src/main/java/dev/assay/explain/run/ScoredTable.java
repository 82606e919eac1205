package dev.assay.explain.run;

import dev.assay.explain.Scorer;
import dev.assay.explain.Simulator;
import java.util.Optional;
import java.util.function.Function;

/**
 * A table of scores to compute.
 *
 * @param name the name of the table, unique in a run, such as {@code detection}
 * @param judge scores the explanations, and the explanations of other features
 * @param judgeName the name of the judge in reports, such as {@code rule} or the name of a language model
 * @param protocol creates the scorer of the controls oracle, constant and token lookup from a simulator; empty if a simulator cannot judge
 *     the task, as in the intruder task
 */
public record ScoredTable(
        String name, Scorer judge, String judgeName, Optional<Function<Simulator, Scorer>> protocol) {}
