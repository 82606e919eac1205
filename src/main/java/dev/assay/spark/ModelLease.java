package dev.assay.spark;

/**
 * The use of a model of {@link ModelHolder}.
 *
 * @param <T> the kind of model
 */
final class ModelLease<T> implements AutoCloseable {
    private final T model;
    private final String hash;
    private final Runnable release;
    private boolean closed;

    ModelLease(T model, String hash, Runnable release) {
        this.model = model;
        this.hash = hash;
        this.release = release;
    }

    /** Returns the model, which the holder closes. */
    T model() {
        return model;
    }

    /** Returns the hash of the model. */
    String hash() {
        return hash;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            release.run();
        }
    }
}
