package dev.assay.intervene;

/** An edit, the site where it acts, and at which tokens. */
record PlacedEdit(DictionarySite site, FeatureEdit edit, TokenPositions positions) {
    @Override
    public String toString() {
        return edit + " in " + site.point() + " at " + positions;
    }
}
