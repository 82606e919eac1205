package dev.assay.text.document;

/** When a mixture of texts ends. The names are those of {@code interleave_datasets} in Hugging Face Datasets. */
public enum MixtureEnd {
    /** When a document is drawn from a text that has no more: nothing is read twice, and the rest of the other texts is left. */
    FIRST_EXHAUSTED,
    /** When every text has been read to its end at least once: a text that ends early starts again. */
    ALL_EXHAUSTED
}
