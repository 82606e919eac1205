package dev.assay.model;

/** Where the short sequences of a batch are filled up. */
public enum Padding {
    /** Before the first token, so that all sequences end together, as generation needs it. */
    LEFT,
    /** After the last token, so that all sequences begin together. */
    RIGHT;

    /** Returns the column where a sequence begins in rows of some width. */
    int start(int length, int width) {
        return this == LEFT ? width - length : 0;
    }
}
