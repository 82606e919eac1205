package dev.assay.run;

import dev.assay.InvalidInputException;
import dev.assay.model.ModelNames;
import java.io.IOException;
import java.util.List;

/**
 * The space of a dictionary's directions: a site of a model. Cosines between directions of different spaces mean nothing.
 *
 * @param name the name of the dictionary, for messages
 * @param model the model; empty if unknown
 * @param sites the sites that are read and written; empty if unknown
 */
public record DictionarySpace(String name, String model, List<String> sites) {
    /** Copies the list. */
    public DictionarySpace {
        sites = List.copyOf(sites);
    }

    /**
     * Requires two dictionaries to belong to the same site of the same model. Unknown models and sites are not compared.
     *
     * @param other the space of the other dictionary
     * @throws InvalidInputException if the model or a site differs
     * @throws IOException if the table of model names cannot be read
     */
    public void requireSame(DictionarySpace other) throws IOException {
        boolean sameModel = model.isEmpty() || other.model.isEmpty() || ModelNames.isSame(model, other.model);
        boolean sameSites = sites.isEmpty() || other.sites.isEmpty() || sites.equals(other.sites);
        if (!sameModel || !sameSites) {
            throw new InvalidInputException(
                    this + ", and " + other
                            + "; expected one site of one model, since cosines between others mean nothing (--anyway computes them)");
        }
    }

    @Override
    public String toString() {
        return name + " is for " + (sites.isEmpty() ? "an unknown site" : String.join(", ", sites)) + " of "
                + (model.isEmpty() ? "an unknown model" : model);
    }
}
