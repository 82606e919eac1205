package dev.assay.cli;

import dev.assay.feature.FeatureSearch;
import picocli.CommandLine.Option;

/** Criteria of a feature search; a feature has to meet all of them. */
final class SearchOptions {
    @Option(names = "--peak", paramLabel = "TOKEN", description = "list features whose examples peak on this token")
    private String peak;

    @Option(
            names = "--logit",
            paramLabel = "TOKEN",
            description = "list features that make this token more likely, including the space before a word")
    private String logit;

    @Option(
            names = "--matching",
            paramLabel = "REGEX",
            description = "list features whose strongest examples match this regular expression")
    private String matching;

    @Option(
            names = "--labelled",
            paramLabel = "TEXT",
            description = "list features whose labels contain this text (see --labels)")
    private String label;

    @Option(
            names = "--explained",
            paramLabel = "TEXT",
            description = "list features whose explanations contain this text (see explain)")
    private String explanation;

    @Option(names = "--like", paramLabel = "N", description = "list features similar to this one")
    private Integer like;

    @Option(
            names = "--min-density",
            paramLabel = "X",
            description = "list features active on at least this fraction of tokens")
    private Double leastDensity;

    @Option(
            names = "--max-density",
            paramLabel = "X",
            description = "list features active on at most this fraction of tokens")
    private Double mostDensity;

    /** Returns whether a search was requested. */
    boolean isSet() {
        return peak != null
                || logit != null
                || matching != null
                || label != null
                || explanation != null
                || like != null
                || leastDensity != null
                || mostDensity != null;
    }

    FeatureSearch search(SimilarityOptions likeness, int limit) {
        FeatureSearch search = FeatureSearch.all()
                .limit(limit)
                .density(leastDensity == null ? 0 : leastDensity, mostDensity == null ? 1 : mostDensity);
        search = peak == null ? search : search.peakToken(peak);
        search = logit == null ? search : search.logitToken(logit);
        search = matching == null ? search : search.matching(matching);
        search = label == null ? search : search.label(label);
        search = explanation == null ? search : search.explanation(explanation);
        return like == null ? search : search.like(like, likeness.measure(), likeness.least());
    }
}
