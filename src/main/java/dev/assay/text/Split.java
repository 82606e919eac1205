package dev.assay.text;

import java.util.function.Supplier;

/** A selection of the documents of a corpus. */
public enum Split {
    /** Documents for training: all documents that are not held out. */
    TRAINING,
    /** Documents for evaluation. */
    HELD_OUT,
    /** Every document. */
    ALL;

    /**
     * Returns whether a document belongs to this split.
     *
     * @param holdOut the hold-out rule
     * @param index the index of the document, from 0
     * @param text supplies its text; called only if the rule needs it
     * @return whether the document is read
     */
    public boolean includes(HoldOut holdOut, long index, Supplier<String> text) {
        return this == ALL || holdOut.holds(index, text) == (this == HELD_OUT);
    }
}
