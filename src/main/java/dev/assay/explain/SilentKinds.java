package dev.assay.explain;

import java.util.BitSet;

/** Properties of windows that make a silent window a hard negative. */
final class SilentKinds {
    private final BitSet surface;
    private final BitSet neighbour;

    /**
     * Creates the properties.
     *
     * @param surface the windows with the main token of the feature
     * @param neighbour the windows in which a neighbour is active
     */
    SilentKinds(BitSet surface, BitSet neighbour) {
        this.surface = surface;
        this.neighbour = neighbour;
    }

    /** Returns the hard stratum of a silent window, or {@link Stratum#NEGATIVE_RANDOM} if it is in none. */
    Stratum of(int window) {
        if (surface.get(window)) {
            return Stratum.NEGATIVE_SURFACE;
        }
        return neighbour.get(window) ? Stratum.NEGATIVE_NEIGHBOUR : Stratum.NEGATIVE_RANDOM;
    }
}
