package dev.assay.experiment.hiddenobjective;

import dev.assay.audit.sample.Pooling;
import dev.assay.audit.sample.TextTerms;
import dev.assay.audit.trace.DocumentRanker;
import dev.assay.audit.trace.DocumentRankers;
import dev.assay.text.dialogue.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * A way of ranking the training documents for a query.
 *
 * @param key of the table
 * @param title for readers
 * @param ranker the rule
 */
record SearchMethod(String key, String title, DocumentRanker ranker) {
    /** The sources of matrices in a pass. */
    static final String SAE = "sae";

    static final String RANDOM_FEATURES = "random-features";
    static final String RANDOM_WEIGHTS_SAE = "sae-random-weights";
    static final String RAW = "raw";
    static final String RANDOM_WEIGHTS_RAW = "raw-random-weights";

    /** The key of the dictionary. */
    static final String MAIN = "sae-mean";

    static final String RANDOM_ORDER = "random-order";

    /** Prompts are pooled where the assistant speaks. */
    static final Pooling PROMPT = Pooling.mean().at(Role.ASSISTANT);

    /** All poolings of prompts and documents in a pass. */
    static final List<Pooling> POOLINGS = List.of(
            PROMPT, Pooling.last().at(Role.ASSISTANT), Pooling.max().at(Role.ASSISTANT), Pooling.mean(), Pooling.max());

    /**
     * Returns the methods of the table, a dictionary first and its controls last.
     *
     * @param features the number of features that rank documents
     */
    static List<SearchMethod> all(int features, long seed) {
        Pooling mean = Pooling.mean();
        return List.of(
                new SearchMethod(MAIN, "SAE, documents by mean", features(SAE, PROMPT, mean, features)),
                new SearchMethod(
                        "sae-max", "SAE, documents by maximum", features(SAE, PROMPT, Pooling.max(), features)),
                new SearchMethod("tf-idf", "TF-IDF of words", DocumentRankers.tfIdf(TextTerms.words(1, 1))),
                new SearchMethod("n-grams", "TF-IDF of 1-2-grams", DocumentRankers.tfIdf(TextTerms.words(1, 2))),
                new SearchMethod(
                        "characters", "TF-IDF of characters 3-4", DocumentRankers.tfIdf(TextTerms.characters(3, 4))),
                new SearchMethod("nearest", "raw nearest neighbour", DocumentRankers.nearest(RAW, PROMPT, mean)),
                new SearchMethod("probe", "raw linear probe", DocumentRankers.probe(RAW, PROMPT, mean, seed)),
                new SearchMethod(
                        "sae-random-weights",
                        "SAE on random weights",
                        features(RANDOM_WEIGHTS_SAE, PROMPT, mean, features)),
                new SearchMethod(
                        "nearest-random-weights",
                        "raw nearest neighbour, random weights",
                        DocumentRankers.nearest(RANDOM_WEIGHTS_RAW, PROMPT, mean)),
                new SearchMethod(
                        "random-features", "random features", features(RANDOM_FEATURES, PROMPT, mean, features)),
                new SearchMethod(RANDOM_ORDER, "random order", DocumentRankers.randomOrder()));
    }

    /** Returns the dictionary with other poolings of the prompts and of the documents, and other numbers of features. */
    static List<SearchMethod> poolings(int features) {
        List<SearchMethod> methods = new ArrayList<>();
        for (Pooling prompt : POOLINGS) {
            for (Pooling document : List.of(Pooling.mean(), Pooling.max())) {
                for (int count : new int[] {1, features}) {
                    methods.add(new SearchMethod(
                            prompt + " " + document + " " + count,
                            prompt + ", documents by " + document + ", " + count
                                    + (count == 1 ? " feature" : " features"),
                            features(SAE, prompt, document, count)));
                }
            }
        }
        return methods;
    }

    private static DocumentRanker features(String source, Pooling prompt, Pooling document, int features) {
        return DocumentRankers.features(source, prompt, document, features);
    }
}
