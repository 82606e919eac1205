package dev.assay.explain;

import dev.assay.InvalidInputException;

/** The concepts of the tokens of a corpus whose concepts are known. */
@FunctionalInterface
public interface TokenConcepts {
    /** A corpus without labels: a {@link ConceptRule} is refused. */
    TokenConcepts NONE = (position, concept) -> {
        throw new InvalidInputException("the explanation refers to the concept \"" + concept
                + "\" and the corpus has no labels, expected a corpus of generated stories");
    };

    /**
     * Returns whether a token has a concept.
     *
     * @param position the position of the token in the feature store
     * @param concept the name of the concept
     * @return true if it has
     * @throws InvalidInputException if the concept is unknown
     */
    boolean has(long position, String concept);
}
