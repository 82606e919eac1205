package dev.assay.experiment.erasure;

/** The origin of an edit: the trained model, or a null of it. */
enum Control {
    /** A dictionary or an eraser of the trained model. */
    TRAINED("trained"),
    /** A random dictionary, or a random direction. */
    RANDOM("random"),
    /** A dictionary or an eraser of a model of the same architecture with random weights. */
    RANDOM_WEIGHTS("random-weights");

    private final String key;

    Control(String key) {
        this.key = key;
    }

    String key() {
        return key;
    }
}
