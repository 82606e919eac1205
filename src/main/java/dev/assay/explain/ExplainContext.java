package dev.assay.explain;

import dev.assay.InvalidInputException;
import dev.assay.feature.FeatureInspector;
import dev.assay.text.Corpus;
import java.util.Optional;

/**
 * The inputs from which explainers, simulators and scorers are created.
 *
 * @param examples the examples
 * @param inspector the model, the dictionary and the store; empty if only a store is at hand
 * @param corpus the text that the store was collected on; empty if it is unknown
 * @param seed the seed of random choices
 */
public record ExplainContext(
        ExampleSet examples, Optional<FeatureInspector> inspector, Optional<Corpus> corpus, long seed) {
    /**
     * Creates a context of a feature store alone.
     *
     * @param examples the examples
     * @return a context with the seed of the examples
     */
    public static ExplainContext of(ExampleSet examples) {
        return new ExplainContext(
                examples, Optional.empty(), Optional.empty(), examples.options().seed());
    }

    /** {@return a copy with the model and the dictionary} */
    public ExplainContext with(FeatureInspector of) {
        return new ExplainContext(examples, Optional.of(of), corpus, seed);
    }

    /** {@return a copy with the text that the store was collected on} */
    public ExplainContext with(Corpus text) {
        return new ExplainContext(examples, inspector, Optional.of(text), seed);
    }

    /**
     * Returns the inspector of a method that needs it.
     *
     * @param method the name of the method, for the message
     * @return the inspector
     * @throws InvalidInputException if there is none
     */
    public FeatureInspector requireInspector(String method) {
        return inspector.orElseThrow(() ->
                new InvalidInputException(method + " needs the model and the dictionary, found only a feature store"));
    }

    /**
     * Returns the corpus of a method that needs it.
     *
     * @param method the name of the method, for the message
     * @return the corpus
     * @throws InvalidInputException if there is none
     */
    public Corpus requireCorpus(String method) {
        return corpus.orElseThrow(() ->
                new InvalidInputException(method + " needs the corpus of the feature store, found only the store"));
    }
}
