package dev.assay.train.plan;

import dev.assay.sae.SparseAutoencoder;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The result of a sweep. Closing it closes its dictionaries.
 *
 * @param outcomes the outcomes of all members, in their order
 */
public record SweepResult(List<SweepOutcome> outcomes) implements AutoCloseable {
    /** Copies the list. */
    public SweepResult {
        outcomes = List.copyOf(outcomes);
    }

    /**
     * Returns a dictionary.
     *
     * @param name of the member
     * @return its dictionary, closed with this result
     * @throws NoSuchElementException when there is no such member or it stopped early
     */
    public SparseAutoencoder dictionary(String name) {
        return outcomes.stream()
                .filter(outcome -> outcome.member().name().equals(name))
                .findFirst()
                .flatMap(SweepOutcome::dictionary)
                .orElseThrow(() -> new NoSuchElementException("no dictionary " + name + " was trained"));
    }

    /**
     * Returns the members that stopped early.
     *
     * @return the outcomes with a failure
     */
    public List<SweepOutcome> failures() {
        return outcomes.stream()
                .filter(outcome -> outcome.failure().isPresent())
                .toList();
    }

    @Override
    public void close() {
        outcomes.forEach(outcome -> outcome.dictionary().ifPresent(SparseAutoencoder::close));
    }
}
