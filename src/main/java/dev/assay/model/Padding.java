package dev.assay.model;

/** The side on which the short sequences of a batch are padded. */
public enum Padding {
    /** Before the first token: all sequences end at the same position, as generation requires. */
    LEFT,
    /** After the last token: all sequences begin at position 0. */
    RIGHT;

    /** Returns the column of the first token of a sequence in a row of some width. */
    int start(int length, int width) {
        return this == LEFT ? width - length : 0;
    }
}
