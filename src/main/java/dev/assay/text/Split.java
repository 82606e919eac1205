package dev.assay.text;

import java.util.function.Supplier;

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
     * @param holdOut which documents are held out
     * @param index the index of the document, from 0
     * @param text gives its text, if that is needed
     * @return whether it is read
     */
    public boolean includes(HoldOut holdOut, long index, Supplier<String> text) {
        return this == ALL || holdOut.holds(index, text) == (this == HELD_OUT);
    }
}
