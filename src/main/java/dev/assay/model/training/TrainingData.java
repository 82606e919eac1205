package dev.assay.model.training;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.util.List;

/**
 * Token rows to train a transformer on. An implementation is an immutable description: {@link #open} starts a new sequence each time, and
 * equal seeds start equal sequences.
 */
public interface TrainingData {
    /** {@return one line for logs and provenance} */
    String description();

    /** {@return the length of the longest row in tokens} */
    int longest();

    /**
     * Starts the sequence of rows.
     *
     * @param seed the seed of the order, where the order is random
     * @return the sequence, which the caller closes
     * @throws IOException if the data cannot be read
     */
    TokenRowStream open(long seed) throws IOException;

    /**
     * Reads rows that {@link #open} does not return, for validation.
     *
     * @param batch the largest number of rows per element
     * @param limit the largest number of rows
     * @return the rows; empty if no data is held out
     * @throws InvalidInputException if the held-out data is too short for one row
     * @throws IOException if the data cannot be read
     */
    default List<TokenRows> heldOut(int batch, int limit) throws IOException {
        return List.of();
    }
}
