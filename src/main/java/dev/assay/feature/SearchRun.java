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

/** Carries out a search: what is cheap to tell first, the text of examples last. */
final class SearchRun {
    /** How many of the strongest examples are searched for text. */
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

    /** Returns what is found; {@code summary} makes a latent's line. */
    FeatureList of(FeatureSearch search, IntFunction<FeatureSummary> summary) {
        float[] weights = search.logitToken().map(this::weights).orElse(null);
        float[] likeness = search.likeness().map(this::values).orElse(null);
        float[] scores = likeness != null ? likeness : weights;
        List<Integer> found = new ArrayList<>();
        for (int latent : store.search(search.query())) {
            boolean likely = weights == null || weights[latent] > 0;
            boolean alike = likeness == null
                    || likeness[latent] >= search.likeness().orElseThrow().least();
            if (likely && alike && hasLabel(latent, search)) {
                found.add(latent);
            }
        }
        search.text().ifPresent(pattern -> {
            TextSearch text = new TextSearch(pattern, search.patience());
            found.removeIf(latent -> !text.finds(store.topExamples(latent, EXAMPLES)));
        });
        found.sort(Comparator.comparingDouble(
                (Integer latent) -> scores == null ? -store.maxActivation(latent) : -scores[latent]));
        List<FeatureList.Found> first = found.stream()
                .limit(search.limit())
                .map(latent -> new FeatureList.Found(
                        summary.apply(latent), scores == null ? Double.NaN : scores[latent], names.labels(latent)))
                .toList();
        return new FeatureList(first, found.size(), score(search));
    }

    private static String score(FeatureSearch search) {
        if (search.likeness().isPresent()) {
            Neighbour.Measure measure = search.likeness().get() instanceof FeatureSearch.LikeLatent like
                    ? like.measure()
                    : Neighbour.Measure.DECODER_COSINE;
            return measure.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
        return search.logitToken()
                .map(token -> "logit weight on \"" + PlainText.visible(token) + "\"")
                .orElse("");
    }

    private boolean hasLabel(int latent, FeatureSearch search) {
        return search.label().isEmpty()
                || names.labels(latent).stream()
                        .anyMatch(label -> label.toLowerCase(Locale.ROOT)
                                .contains(search.label().get().toLowerCase(Locale.ROOT)));
    }

    private float[] weights(String token) {
        float[] weights = logits.onToken(TokenLookup.id(tokenizer, token));
        if (weights.length == 0) {
            throw new InvalidInputException(
                    "the features of " + store.provenance().site()
                            + " have no logit weights, since that is no part of the residual stream");
        }
        return weights;
    }

    /** Returns how like each latent is, by its number; less than any bound for the latent itself. */
    private float[] values(FeatureSearch.Likeness likeness) {
        if (likeness instanceof FeatureSearch.LikeDirection along) {
            return decoder.with(along.direction());
        }
        FeatureSearch.LikeLatent like = (FeatureSearch.LikeLatent) likeness;
        int latent = store.checked(like.latent());
        float[] values = switch (like.measure()) {
            case DECODER_COSINE -> decoder.with(latent);
            case ENCODER_COSINE -> encoder.with(latent);
            case PEARSON -> partners(store.correlated(latent, Integer.MAX_VALUE), like.measure());
            case JACCARD -> partners(store.cofiring(latent, Integer.MAX_VALUE), like.measure());
        };
        values[latent] = Float.NEGATIVE_INFINITY;
        return values;
    }

    private float[] partners(List<Coactivation> partners, Neighbour.Measure measure) {
        float[] values = new float[store.latents()];
        Arrays.fill(values, Float.NEGATIVE_INFINITY);
        partners.forEach(partner -> values[partner.latent()] =
                (float) (measure == Neighbour.Measure.PEARSON ? partner.pearson() : partner.jaccard()));
        return values;
    }
}
