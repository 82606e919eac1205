package dev.assay.evaluate;

import java.io.IOException;

/** The batches of one pass of an evaluation, in the order of the text. */
@FunctionalInterface
interface EvaluatedBatches {
    /** Returns a batch of at most this many contexts, or null at the end of the text. */
    EvaluatedBatch next(int contexts) throws IOException;

    /** Frees or keeps a batch after its use. */
    default void done(EvaluatedBatch batch) {
        batch.close();
    }
}
