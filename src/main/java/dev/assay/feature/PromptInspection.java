package dev.assay.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.FeatureContributions;
import dev.assay.attach.PromptTokens;
import dev.assay.feature.prompt.PromptFeature;
import dev.assay.feature.prompt.PromptMetric;
import dev.assay.feature.prompt.PromptOptions;
import dev.assay.feature.prompt.PromptRanking;
import dev.assay.feature.prompt.PromptReport;
import dev.assay.feature.prompt.PromptToken;
import dev.assay.feature.report.FeatureNames;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Finds and ranks the features that are active on a prompt. */
final class PromptInspection {
    private final HookedTransformer model;
    private final AttachedSites sites;
    private final FeatureStore store;
    private final FeatureNames names;
    private final FeatureContributions contributions;

    PromptInspection(AttachedDictionary attached, FeatureStore store, FeatureNames names) {
        this.model = attached.model();
        this.sites = attached.sites();
        this.store = store;
        this.names = names;
        this.contributions = new FeatureContributions(attached);
    }

    PromptReport of(long[] prompt, PromptOptions options) {
        check(prompt);
        PromptMetric.Computed metric = options.needsMetric() ? options.metric().of(model.tokenizer(), prompt) : null;
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray tokens = model.manager().create(prompt, new Shape(1, prompt.length));
            FeatureContributions.Coded coded = encode(tokens, prompt);
            OptionalDouble base = OptionalDouble.empty();
            float[] attributions = null;
            if (metric != null) {
                Gradient gradient = gradient(tokens, metric);
                base = OptionalDouble.of(gradient.metric());
                attributions =
                        contributions.attributions(coded, gradient.array()).toFloatArray();
            }
            List<PromptActivity> active = activities(coded, attributions, prompt.length);
            OptionalInt ablated = OptionalInt.empty();
            List<PromptActivity> ranked = active;
            if (options.ranking() == PromptRanking.EFFECT) {
                ranked = first(active, PromptRanking.ATTRIBUTION, options.candidates());
                ablated = OptionalInt.of(ranked.size());
                new PromptEffects(sites, contributions, metric).compute(tokens, coded, ranked);
            }
            return new PromptReport(
                    tokens(prompt, active, options),
                    options,
                    base,
                    active.size(),
                    ablated,
                    first(ranked, options.ranking(), options.count()).stream()
                            .map(this::feature)
                            .toList());
        }
    }

    /** Checks the length of the prompt and the range of its token ids. */
    private void check(long[] prompt) {
        PromptTokens.of(model, Arrays.stream(prompt).mapToInt(id -> (int) id).toArray());
        int known = Math.min(model.config().vocabularySize(), model.tokenizer().vocabularySize());
        for (long id : prompt) {
            if (id < 0 || id >= known) {
                throw new InvalidInputException(
                        "token id " + id + " is not in the model's vocabulary, expected 0 to " + (known - 1));
            }
        }
    }

    private FeatureContributions.Coded encode(NDArray tokens, long[] prompt) {
        try (ActivationCache cache = model.cache(tokens, sites.reads().toArray(HookPoint[]::new))) {
            return contributions.encode(sites.input(cache), prompt, prompt.length);
        }
    }

    private record Gradient(NDArray array, double metric) {}

    /** Returns the gradient of the metric with respect to the activations of the output site, [position, d_out]. */
    private Gradient gradient(NDArray tokens, PromptMetric.Computed metric) {
        double[] value = new double[1];
        try (Scope scope = Scope.open();
                ActivationCache gradients = model.gradients(
                        tokens,
                        null,
                        logits -> {
                            NDArray single = metric.of(logits).sum();
                            value[0] = single.getFloat();
                            return single;
                        },
                        sites.writesBeforeFinalNorm().toArray(HookPoint[]::new))) {
            return new Gradient(scope.keep(sites.target(gradients).duplicate()), value[0]);
        }
    }

    private static List<PromptActivity> activities(FeatureContributions.Coded coded, float[] attributions, int length) {
        long[] rows = coded.rows().toLongArray();
        long[] latents = coded.codes().indices().toLongArray();
        float[] values = coded.codes().values().toFloatArray();
        Map<Integer, PromptActivity> byLatent = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            if (values[i] > 0) {
                byLatent.computeIfAbsent((int) latents[i], latent -> new PromptActivity(latent, length))
                        .add((int) rows[i], values[i], attributions == null ? Float.NaN : attributions[i]);
            }
        }
        return new ArrayList<>(byLatent.values());
    }

    /** Returns the ranking score of a feature over the whole prompt. */
    private double score(PromptActivity activity, PromptRanking ranking) {
        return switch (ranking) {
            case ACTIVATION -> activity.largest();
            case QUANTILE -> store.share(activity.latent(), activity.largest());
            case ATTRIBUTION -> Math.abs(activity.attribution());
            case EFFECT -> Math.abs(activity.effect());
        };
    }

    /** Returns the ranking score of a feature at one token. Effects are per prompt, so their ranking uses attributions here. */
    private double score(PromptActivity activity, int token, PromptRanking ranking) {
        return switch (ranking) {
            case ACTIVATION -> activity.value(token);
            case QUANTILE -> store.share(activity.latent(), activity.value(token));
            case ATTRIBUTION, EFFECT -> Math.abs(activity.attribution(token));
        };
    }

    private record Scored(PromptActivity activity, double score, double activation) {
        /** Descending score; ties by descending activation, then by latent. */
        private static final Comparator<Scored> FIRST = Comparator.comparingDouble(Scored::score)
                .reversed()
                .thenComparing(Comparator.comparingDouble(Scored::activation).reversed())
                .thenComparingInt(scored -> scored.activity.latent());
    }

    private static List<PromptActivity> first(Stream<Scored> all, int count) {
        return all.sorted(Scored.FIRST).limit(count).map(Scored::activity).toList();
    }

    private List<PromptActivity> first(List<PromptActivity> all, PromptRanking ranking, int count) {
        return first(
                all.stream().map(activity -> new Scored(activity, score(activity, ranking), activity.largest())),
                count);
    }

    private PromptFeature feature(PromptActivity activity) {
        return new PromptFeature(
                activity.latent(),
                activity.values(),
                activity.peak(),
                store.share(activity.latent(), activity.largest()),
                activity.attribution(),
                activity.effect(),
                names.peakTokens(activity.latent()),
                names.labels(activity.latent()));
    }

    private List<PromptToken> tokens(long[] prompt, List<PromptActivity> active, PromptOptions options) {
        List<PromptToken> tokens = new ArrayList<>();
        List<String> texts = model.tokenizer()
                .texts(Arrays.stream(prompt).mapToInt(Math::toIntExact).toArray());
        for (int i = 0; i < prompt.length; i++) {
            int token = i;
            Stream<Scored> there = active.stream()
                    .filter(activity -> activity.value(token) > 0)
                    .map(activity ->
                            new Scored(activity, score(activity, token, options.ranking()), activity.value(token)));
            List<PromptToken.Active> features = first(there, options.count()).stream()
                    .map(activity -> new PromptToken.Active(
                            activity.latent(),
                            activity.value(token),
                            store.share(activity.latent(), activity.value(token)),
                            activity.attribution(token)))
                    .toList();
            tokens.add(new PromptToken((int) prompt[i], texts.get(i), features));
        }
        return tokens;
    }
}
