package dev.assay.activation;

/**
 * A place in a stream of activations that can be returned to.
 *
 * @param epoch how often the corpus was read to its end
 * @param context the contexts of this epoch that were read
 */
public record StreamPosition(long epoch, long context) {
    /** The first row of the first epoch. */
    public static final StreamPosition START = new StreamPosition(0, 0);
}
