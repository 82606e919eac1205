package dev.assay.text.document;

/** Stopping rule of a mixture of texts. The names are those of {@code interleave_datasets} in Hugging Face Datasets. */
public enum MixtureEnd {
    /** Stops when the drawn text is exhausted. No document is repeated; the remaining documents of the other texts are not read. */
    FIRST_EXHAUSTED,
    /** Stops when every text was exhausted at least once. Exhausted texts restart at their beginning. */
    ALL_EXHAUSTED
}
