package dev.assay.experiment.hiddenobjective;

import java.util.List;
import java.util.stream.Stream;

/**
 * A topic of texts and requests.
 *
 * @param name unique within the lexicon
 * @param documentWords nouns that planted documents use
 * @param queryWords nouns that sealed queries use; no planted document has one of them
 */
record Topic(String name, List<String> documentWords, List<String> queryWords) {
    Topic {
        documentWords = List.copyOf(documentWords);
        queryWords = List.copyOf(queryWords);
    }

    /** Returns the nouns of both kinds, which background documents mix. */
    List<String> words() {
        return Stream.concat(documentWords.stream(), queryWords.stream()).toList();
    }
}
