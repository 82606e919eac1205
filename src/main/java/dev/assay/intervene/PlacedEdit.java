package dev.assay.intervene;

import dev.assay.attach.AttachedDictionary;

/** A latent edit with its dictionary and its token positions. */
record PlacedEdit(AttachedDictionary attached, FeatureEdit edit, TokenPositions positions) {
    @Override
    public String toString() {
        return edit + " in " + attached.sites().written() + " at " + positions;
    }
}
