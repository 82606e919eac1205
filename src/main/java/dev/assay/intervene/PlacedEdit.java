package dev.assay.intervene;

import dev.assay.attach.AttachedDictionary;

/** An edit, the dictionary whose latent it edits, and the tokens at which it acts. */
record PlacedEdit(AttachedDictionary attached, FeatureEdit edit, TokenPositions positions) {
    @Override
    public String toString() {
        return edit + " in " + attached.sites().written() + " at " + positions;
    }
}
