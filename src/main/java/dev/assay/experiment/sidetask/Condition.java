package dev.assay.experiment.sidetask;

/** The scratchpad of an answer that performs the side task. */
enum Condition {
    /** The scratchpad has a sentence about the side task. */
    MENTIONED("mentioned"),
    /** The scratchpad has sentences about the main task only. */
    BENIGN("benign"),
    /** There is no scratchpad. */
    ABSENT("absent");

    private final String key;

    Condition(String key) {
        this.key = key;
    }

    /** Returns the name in cells and tables. */
    String key() {
        return key;
    }
}
