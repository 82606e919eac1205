package dev.assay.explain.judge;

import dev.assay.InvalidInputException;
import dev.assay.explain.Scorer;
import dev.assay.explain.Simulator;
import dev.assay.explain.llm.LanguageModel;
import java.util.List;

/** The simulators and scorers that need a language model, by name. */
public final class LlmMethods {
    private static final List<String> SIMULATORS =
            List.of(EchoSimulator.NAME, JsonSimulator.HARD, JsonSimulator.EXPECTED, SequentialSimulator.NAME);
    private static final List<String> SCORERS = List.of(
            DetectionScorer.NAME,
            FuzzingScorer.NONACTIVATING,
            FuzzingScorer.NAME,
            IntruderScorer.NAME,
            SaeBenchScorer.NAME,
            SurprisalScorer.NAME);

    private LlmMethods() {}

    /**
     * Returns the names of the simulators.
     *
     * @return in alphabetical order
     */
    public static List<String> simulators() {
        return SIMULATORS;
    }

    /**
     * Returns the names of the scorers.
     *
     * @return in alphabetical order
     */
    public static List<String> scorers() {
        return SCORERS;
    }

    /**
     * Creates a simulator.
     *
     * @param name a name of {@link #simulators}
     * @param model answers the requests
     * @param seed the seed of the answers
     * @return the simulator
     * @throws InvalidInputException if the name is unknown or the model lacks a required ability
     */
    public static Simulator simulator(String name, LanguageModel model, long seed) {
        return switch (name) {
            case EchoSimulator.NAME -> EchoSimulator.of(model);
            case JsonSimulator.HARD -> JsonSimulator.hard(model, seed);
            case JsonSimulator.EXPECTED -> JsonSimulator.expected(model, seed);
            case SequentialSimulator.NAME -> SequentialSimulator.of(model, seed);
            default ->
                throw new InvalidInputException(
                        "unknown simulator \"" + name + "\", expected one of " + String.join(", ", SIMULATORS));
        };
    }

    /**
     * Creates a scorer.
     *
     * @param name a name of {@link #scorers}
     * @param model the judge
     * @param seed the seed of the questions and of the answers
     * @return the scorer
     * @throws InvalidInputException if the name is unknown or the model lacks a required ability
     */
    public static Scorer scorer(String name, LanguageModel model, long seed) {
        return switch (name) {
            case DetectionScorer.NAME -> new DetectionScorer(model, seed);
            case FuzzingScorer.NAME -> FuzzingScorer.inActiveWindows(model, seed);
            case FuzzingScorer.NONACTIVATING -> FuzzingScorer.inSilentWindows(model, seed);
            case IntruderScorer.NAME -> new IntruderScorer(model, seed);
            case SaeBenchScorer.NAME -> new SaeBenchScorer(model, seed);
            case SurprisalScorer.NAME -> new SurprisalScorer(model);
            default ->
                throw new InvalidInputException(
                        "unknown scorer \"" + name + "\", expected one of " + String.join(", ", SCORERS));
        };
    }
}
