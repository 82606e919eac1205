package dev.assay.model.internal.network;

/**
 * Ends a pass at its last requested site. {@link Pass#site} throws it and {@link Runner} catches it; on the way, every open scope frees
 * its arrays. The one instance carries neither a stack trace nor suppressed exceptions.
 */
final class PassEnded extends RuntimeException {
    static final PassEnded INSTANCE = new PassEnded();

    private static final long serialVersionUID = 1;

    private PassEnded() {
        super("the pass ended at its last requested site", null, false, false);
    }
}
