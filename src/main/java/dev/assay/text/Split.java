package dev.assay.text;

/** Which documents of a corpus to read. */
public enum Split {
    /** The documents to train on: all but those held out. */
    TRAINING,
    /** The documents that are kept apart for measurements. */
    HELD_OUT,
    /** Every document. */
    ALL;

    /**
     * Tells whether a document belongs here.
     *
     * @param document the index of the document, from 0
     * @param heldOutEvery of so many documents the first one is held out; 0 holds none out
     * @return whether it is read
     */
    boolean includes(long document, int heldOutEvery) {
        boolean heldOut = heldOutEvery > 0 && document % heldOutEvery == 0;
        return switch (this) {
            case TRAINING -> !heldOut;
            case HELD_OUT -> heldOut;
            case ALL -> true;
        };
    }
}
