package dev.assay.feature;

import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.PromptTokens;
import dev.assay.feature.compare.ComparisonBuilder;
import dev.assay.feature.compare.FeatureComparison;
import dev.assay.feature.page.ConceptNames;
import dev.assay.feature.page.ConceptRow;
import dev.assay.feature.page.Dashboard;
import dev.assay.feature.prompt.PromptOptions;
import dev.assay.feature.prompt.PromptRanking;
import dev.assay.feature.prompt.PromptReport;
import dev.assay.feature.report.ExampleEffects;
import dev.assay.feature.report.FeatureCatalog;
import dev.assay.feature.report.FeatureList;
import dev.assay.feature.report.FeatureNames;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.FeatureSummary;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.report.PeakTokens;
import dev.assay.feature.report.TokenEffect;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.FeatureStats;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.store.WeightsHash;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.Provenance;
import dev.assay.sae.SparseAutoencoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Answers what there is to see of each feature of a dictionary, from a store, the dictionary and the model. Immutable: what adds labels or
 * effects returns another inspector, which shares all that was computed. Several threads may use one.
 */
public final class FeatureInspector implements FeatureCatalog {
    private static final double BOUND = 0.7;

    private final HookedTransformer model;
    private final SparseAutoencoder sae;
    private final FeatureStore store;
    private final AttachedDictionary attached;
    private final LogitWeights logits;
    private final CosineNeighbours decoder;
    private final CosineNeighbours encoder;
    private final AblationEffects ablation;
    private final FeatureNames names;
    private final int effects;

    private FeatureInspector(HookedTransformer model, SparseAutoencoder sae, FeatureStore store) {
        this.model = model;
        this.sae = sae;
        this.store = store;
        this.attached = attached(model, sae, store.provenance().reads());
        this.logits = new LogitWeights(attached);
        this.decoder = CosineNeighbours.ofDecoder(sae);
        this.encoder = CosineNeighbours.ofEncoder(sae);
        this.ablation = new AblationEffects(attached);
        this.names = FeatureNames.of(new PeakTokens(store)::of);
        this.effects = 0;
    }

    /** Attaches the dictionary to the sites whose activations the store is of. */
    private static AttachedDictionary attached(HookedTransformer model, SparseAutoencoder sae, List<String> hooks) {
        return hooks.size() > 1 || hooks.equals(sae.metadata().hookNames())
                ? AttachedDictionary.of(model, sae)
                : AttachedDictionary.of(model, HookPoint.parse(hooks.get(0)), sae);
    }

    private FeatureInspector(FeatureInspector other, FeatureNames names, int effects) {
        this.model = other.model;
        this.sae = other.sae;
        this.store = other.store;
        this.attached = other.attached;
        this.logits = other.logits;
        this.decoder = other.decoder;
        this.encoder = other.encoder;
        this.ablation = other.ablation;
        this.names = names;
        this.effects = effects;
    }

    /**
     * Starts an inspection.
     *
     * @param model the model, to stay open
     * @param sae the dictionary, to stay open
     * @param store what was collected with both
     * @return the inspector
     * @throws InvalidInputException if the store is of another dictionary or another model
     */
    public static FeatureInspector of(HookedTransformer model, SparseAutoencoder sae, FeatureStore store) {
        Provenance made = store.provenance();
        if (store.latents() != sae.dSae()) {
            throw new InvalidInputException("the feature store is of another dictionary: it has " + store.latents()
                    + " latents, expected " + sae.dSae() + "; collect it again");
        }
        ParentArtifact dictionary = made.parent(ParentArtifact.DICTIONARY);
        require("dictionary", dictionary.description(), dictionary.hash(), WeightsHash.of(sae));
        require("model", made.model().name(), made.model().hash(), WeightsHash.of(model));
        return new FeatureInspector(model, sae, store);
    }

    private static void require(String what, String name, String found, String expected) {
        if (!found.equals(expected)) {
            throw new InvalidInputException(
                    "the feature store is of another " + what + ": the hash of the weights that it"
                            + " was collected with (" + name + ") is " + abbreviated(found) + ", expected "
                            + abbreviated(expected) + "; collect it again");
        }
    }

    private static String abbreviated(String hash) {
        return hash.substring(0, Math.min(12, hash.length())) + "…";
    }

    /**
     * Adds labels, which reports show and {@link FeatureSearch#label} finds.
     *
     * @param labels what latents are called, by their numbers
     * @return an inspector that has these labels besides its own
     * @throws InvalidInputException if there is no such latent
     */
    public FeatureInspector labels(Map<Integer, List<String>> labels) {
        return new FeatureInspector(this, names.with(labels, store.latents()), effects);
    }

    /**
     * Adds the concepts of a labelled corpus as labels of the latents that detect them, from an F1 score of 0.8 on.
     *
     * @param concepts one row a concept
     * @return an inspector that has these labels besides its own
     * @throws InvalidInputException if there is no such latent
     */
    public FeatureInspector concepts(List<ConceptRow> concepts) {
        Map<Integer, List<String>> labels = new HashMap<>();
        concepts.stream()
                .filter(row -> row.f1() >= ConceptNames.FOUND)
                .forEach(row -> labels.computeIfAbsent(row.latent(), latent -> new ArrayList<>())
                        .add(row.concept()));
        return labels(labels);
    }

    /**
     * Has reports say what the ablation of a feature does, which runs the model.
     *
     * @param examples for how many of the strongest examples
     * @return an inspector whose reports do
     * @throws InvalidInputException if the features of this dictionary cannot be ablated
     */
    public FeatureInspector withEffects(int examples) {
        if (examples < 0) {
            throw new InvalidInputException("asked for the effects on " + examples + " examples, expected at least 0");
        }
        if (examples > 0) {
            attached.sites().writesBeforeFinalNorm();
        }
        return new FeatureInspector(this, names, examples);
    }

    /**
     * Reports on one feature.
     *
     * @param latent from 0
     * @return the report
     * @throws InvalidInputException if there is no such latent
     */
    public FeatureReport feature(int latent) {
        store.checked(latent);
        return reports(latent, latent + 1).get(0);
    }

    /**
     * Reports on features in a row, which is faster than one by one.
     *
     * @param first the first latent
     * @param end the latent behind the last
     * @return one report a latent
     * @throws InvalidInputException if there is no such latent
     */
    @Override
    public List<FeatureReport> reports(int first, int end) {
        if (first >= end) {
            return List.of();
        }
        store.checked(first);
        store.checked(end - 1);
        return new ReportBuilder(store, logits, List.of(decoder, encoder), ablation, names, effects).of(first, end);
    }

    /**
     * Lists all features.
     *
     * @return one summary a latent, in order
     */
    @Override
    public List<FeatureSummary> features() {
        return IntStream.range(0, store.latents()).mapToObj(this::summary).toList();
    }

    private FeatureSummary summary(int latent) {
        FeatureStats stats = store.stats(latent);
        return new FeatureSummary(latent, stats.density(), stats.max(), stats.mean(), names.peakTokens(latent));
    }

    /**
     * Lists the strongest features.
     *
     * @param count how many at most
     * @return live features by largest activation, equal ones in order
     */
    public List<FeatureSummary> strongest(int count) {
        return features().stream()
                .filter(feature -> !feature.isDead())
                .sorted(FeatureSummary.STRONGEST_FIRST)
                .limit(count)
                .toList();
    }

    /**
     * Lists the latents that are most like one.
     *
     * @param latent from 0
     * @param measure how likeness is measured; by Pearson and Jaccard among the latents that the store keeps beside each
     * @param count how many at most
     * @return the most alike first
     * @throws InvalidInputException if there is no such latent
     */
    public List<Neighbour> neighbours(int latent, Neighbour.Measure measure, int count) {
        store.checked(latent);
        return switch (measure) {
            case DECODER_COSINE -> decoder.of(latent, latent + 1, count).get(0);
            case ENCODER_COSINE -> encoder.of(latent, latent + 1, count).get(0);
            case PEARSON ->
                store.correlated(latent, count).stream()
                        .map(other -> new Neighbour(other.latent(), measure, other.pearson()))
                        .toList();
            case JACCARD ->
                store.cofiring(latent, count).stream()
                        .map(other -> new Neighbour(other.latent(), measure, other.jaccard()))
                        .toList();
        };
    }

    /**
     * Returns what a feature does to the logit of every token on the straight way, for a unit of activation and up to the positive number
     * that the final norm divides by: {@code unembedding · (weight ⊙ d)}, where a LayerNorm takes its mean from d first.
     *
     * @param latent from 0
     * @return one number a token of the tokenizer's vocabulary; empty where the dictionary does not write to the residual stream
     * @throws InvalidInputException if there is no such latent
     */
    public float[] logits(int latent) {
        return logits.onAllTokens(store.checked(latent));
    }

    /**
     * Computes what the ablation of a feature does at each token of an example, see {@link TokenEffect}.
     *
     * @param latent from 0
     * @param example one of this store, of this or of another feature
     * @return the effects
     * @throws InvalidInputException if there is no such latent, or features of this dictionary cannot be ablated
     */
    public ExampleEffects effects(int latent, Example example) {
        return effects(latent, List.of(example)).get(0);
    }

    /**
     * Computes effects on several examples at once.
     *
     * @param latent from 0
     * @param examples as for {@link #effects(int, Example)}
     * @return one an example
     */
    public List<ExampleEffects> effects(int latent, List<Example> examples) {
        store.checked(latent);
        return ablation.on(
                store,
                examples.stream()
                        .map(example -> new AblationEffects.Ablated(latent, example))
                        .toList());
    }

    /**
     * Finds the features that are active on a text, ranked by activation.
     *
     * @param text a text; BOS is prepended if the dictionary was trained with it, unless the text already starts with it
     * @return the features
     * @throws InvalidInputException if the text is empty or longer than the model's context
     */
    public PromptReport prompt(String text) {
        return prompt(text, PromptOptions.by(PromptRanking.ACTIVATION));
    }

    /**
     * Finds the features that are active on a text.
     *
     * @param text as for {@link #prompt(String)}
     * @param options how they are ranked
     * @return the features
     * @throws InvalidInputException if the text is empty or longer than the model's context
     */
    public PromptReport prompt(String text, PromptOptions options) {
        if (text.isEmpty()) {
            throw new InvalidInputException("the prompt is empty, expected some text");
        }
        return prompt(PromptTokens.of(model, text, sae.metadata()).ids(), options);
    }

    /**
     * Finds the features that are active on tokens, which are taken as they are, ranked by activation.
     *
     * @param tokens token ids
     * @return the features
     * @throws InvalidInputException if there are none, or more than the model's context holds
     */
    public PromptReport prompt(long[] tokens) {
        return prompt(tokens, PromptOptions.by(PromptRanking.ACTIVATION));
    }

    /**
     * Finds the features that are active on tokens, which are taken as they are.
     *
     * @param tokens token ids
     * @param options how they are ranked
     * @return the features
     * @throws InvalidInputException if there are none, or more than the model's context holds
     */
    public PromptReport prompt(long[] tokens, PromptOptions options) {
        return new PromptInspection(attached, store, names).of(tokens, options);
    }

    /**
     * Looks for features.
     *
     * @param search what is asked
     * @return the features that meet all of it
     * @throws InvalidInputException if a token is none of the vocabulary, or a regular expression takes too long
     */
    public FeatureList search(FeatureSearch search) {
        return new SearchRun(store, model.tokenizer(), logits, decoder, encoder, names).of(search, this::summary);
    }

    /**
     * Compares with another dictionary by decoder cosine, from 0.7 on.
     *
     * @param other what is compared with, such as a dictionary of another seed, size or model
     * @return what both have, what is gone, and what is new
     * @throws InvalidInputException if the directions are of different widths
     */
    public FeatureComparison compare(FeatureInspector other) {
        return compare(other, Neighbour.Measure.DECODER_COSINE, BOUND);
    }

    /**
     * Compares with another dictionary.
     *
     * @param other what is compared with
     * @param measure how likeness is measured; by Pearson and Jaccard over stores of the same tokens
     * @param bound what a match needs at least
     * @return what both have, what is gone, and what is new
     * @throws InvalidInputException if the dictionaries cannot be compared by this measure
     */
    public FeatureComparison compare(FeatureInspector other, Neighbour.Measure measure, double bound) {
        return new ComparisonBuilder(compared(), other.compared(), measure, bound).make();
    }

    private ComparisonBuilder.Compared compared() {
        return new ComparisonBuilder.Compared(sae, store, names, this::summary);
    }

    /** {@return the feature store that is inspected} */
    public FeatureStore store() {
        return store;
    }

    @Override
    public Provenance provenance() {
        return store.provenance();
    }

    /**
     * Starts a page about all features.
     *
     * @return the page's options
     */
    public Dashboard dashboard() {
        return new Dashboard(this);
    }
}
