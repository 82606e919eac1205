package dev.assay.feature;

import dev.assay.InvalidInputException;
import dev.assay.feature.prompt.TokenLookup;
import dev.assay.feature.report.FeatureList;
import dev.assay.feature.report.FeatureNames;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.store.Coactivation;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.store.TextSearch;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.view.PlainText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/** Evaluates a search. Cheap conditions are checked first, the text of examples last. */
final class SearchRun {
    /** The number of strongest examples whose text is searched. */
    private static final int EXAMPLES = 10;

    private final FeatureStore store;
    private final Tokenizer tokenizer;
    private final LogitWeights logits;
    private final CosineNeighbours decoder;
    private final CosineNeighbours encoder;
    private final FeatureNames names;

    SearchRun(
            FeatureStore store,
            Tokenizer tokenizer,
            LogitWeights logits,
            CosineNeighbours decoder,
            CosineNeighbours encoder,
            FeatureNames names) {
        this.store = store;
        this.tokenizer = tokenizer;
        this.logits = logits;
        this.decoder = decoder;
        this.encoder = encoder;
        this.names = names;
    }

    /** Returns the matching features; {@code summary} computes the summary of a latent. */
    FeatureList of(FeatureSearch search, IntFunction<FeatureSummary> summary) {
        float[] weights = search.logitToken().map(this::weights).orElse(null);
        float[] similarity = search.similarity().map(this::values).orElse(null);
        float[] scores = similarity != null ? similarity : weights;
        List<Integer> found = new ArrayList<>();
        for (int latent : store.search(search.query())) {
            boolean likely = weights == null || weights[latent] > 0;
            boolean alike = similarity == null
                    || similarity[latent] >= search.similarity().orElseThrow().least();
            if (likely && alike && hasLabel(latent, search) && hasExplanation(latent, search)) {
                found.add(latent);
            }
        }
        search.text().ifPresent(pattern -> {
            TextSearch text = new TextSearch(pattern, search.timeLimit());
            found.removeIf(latent -> !text.finds(store.topExamples(latent, EXAMPLES)));
        });
        found.sort(Comparator.comparingDouble(
                (Integer latent) -> scores == null ? -store.maxActivation(latent) : -scores[latent]));
        List<FeatureList.Found> first = found.stream()
                .limit(search.limit())
                .map(latent -> new FeatureList.Found(
                        summary.apply(latent),
                        scores == null ? Double.NaN : scores[latent],
                        names.labels(latent),
                        names.explanations(latent)))
                .toList();
        return new FeatureList(first, found.size(), score(search));
    }

    private static String score(FeatureSearch search) {
        if (search.similarity().isPresent()) {
            Neighbour.Measure measure = search.similarity().get() instanceof FeatureSearch.SimilarToLatent like
                    ? like.measure()
                    : Neighbour.Measure.DECODER_COSINE;
            return measure.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
        return search.logitToken()
                .map(token -> "logit weight on \"" + PlainText.token(token) + "\"")
                .orElse("");
    }

    private boolean hasLabel(int latent, FeatureSearch search) {
        return search.label().isEmpty()
                || names.labels(latent).stream()
                        .anyMatch(label -> contains(label, search.label().get()));
    }

    private boolean hasExplanation(int latent, FeatureSearch search) {
        return search.explanation().isEmpty()
                || names.explanations(latent).stream()
                        .anyMatch(explanation -> contains(
                                explanation.text(), search.explanation().get()));
    }

    private static boolean contains(String text, String part) {
        return text.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
    }

    private float[] weights(String token) {
        float[] weights = logits.onToken(TokenLookup.id(tokenizer, token));
        if (weights.length == 0) {
            throw new InvalidInputException(
                    "the features of " + store.provenance().site()
                            + " have no logit weights: the site is not part of the residual stream");
        }
        return weights;
    }

    /** Returns the similarity of each latent, [d_sae]; −∞ for the latent itself and for latents without a stored value. */
    private float[] values(FeatureSearch.Similarity similarity) {
        if (similarity instanceof FeatureSearch.SimilarToDirection along) {
            return decoder.with(along.direction());
        }
        FeatureSearch.SimilarToLatent like = (FeatureSearch.SimilarToLatent) similarity;
        int latent = store.checked(like.latent());
        float[] values = switch (like.measure()) {
            case DECODER_COSINE -> decoder.with(latent);
            case ENCODER_COSINE -> encoder.with(latent);
            case PEARSON -> scores(store.correlated(latent, Integer.MAX_VALUE), like.measure());
            case JACCARD -> scores(store.coactivating(latent, Integer.MAX_VALUE), like.measure());
        };
        values[latent] = Float.NEGATIVE_INFINITY;
        return values;
    }

    private float[] scores(List<Coactivation> partners, Neighbour.Measure measure) {
        float[] values = new float[store.latents()];
        Arrays.fill(values, Float.NEGATIVE_INFINITY);
        partners.forEach(partner -> values[partner.latent()] =
                (float) (measure == Neighbour.Measure.PEARSON ? partner.pearson() : partner.jaccard()));
        return values;
    }
}
