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
import dev.assay.feature.report.FeatureExplanation;
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
 * Reports on the features of a dictionary, computed from a feature store, the dictionary and the model. Immutable and thread-safe: methods
 * that add labels or ablation effects return a new inspector, which shares the computed tables.
 */
public final class FeatureInspector implements FeatureCatalog {
    private static final double MATCH_THRESHOLD = 0.7;

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

    /** Attaches the dictionary to the sites at which the store was collected. */
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
     * Returns an inspector of a dictionary.
     *
     * @param model the model; the inspector does not close it
     * @param sae the dictionary; the inspector does not close it
     * @param store the feature store that was collected with this model and dictionary
     * @return the inspector
     * @throws InvalidInputException if the store was collected with another dictionary or model
     */
    public static FeatureInspector of(HookedTransformer model, SparseAutoencoder sae, FeatureStore store) {
        Provenance made = store.provenance();
        if (store.latents() != sae.dSae()) {
            throw new InvalidInputException("the feature store was collected with another dictionary: it has "
                    + store.latents() + " latents, expected " + sae.dSae() + "; collect it again");
        }
        ParentArtifact dictionary = made.parent(ParentArtifact.DICTIONARY);
        require("dictionary", dictionary.description(), dictionary.hash(), WeightsHash.of(sae));
        require("model", made.model().name(), made.model().hash(), WeightsHash.of(model));
        return new FeatureInspector(model, sae, model.hasTokenizer() ? store.withTexts(model.tokenizer()) : store);
    }

    private static void require(String part, String name, String found, String expected) {
        if (!found.equals(expected)) {
            throw new InvalidInputException(
                    "the feature store was collected with another " + part + ": its weights hash (" + name + ") is "
                            + abbreviated(found) + ", expected "
                            + abbreviated(expected) + "; collect it again");
        }
    }

    private static String abbreviated(String hash) {
        return hash.substring(0, Math.min(12, hash.length())) + "…";
    }

    /**
     * Adds labels to latents. Reports show them and {@link FeatureSearch#label} searches them.
     *
     * @param labels the labels by latent index
     * @return an inspector with these labels in addition to those of this inspector
     * @throws InvalidInputException if a latent is out of range
     */
    public FeatureInspector labels(Map<Integer, List<String>> labels) {
        return new FeatureInspector(this, names.with(labels, store.latents()), effects);
    }

    /**
     * Adds explanations to latents. Reports and pages show them and {@link FeatureSearch#explanation} searches them.
     *
     * @param explanations the explanations by latent index
     * @return an inspector with these explanations in addition to those of this inspector
     * @throws InvalidInputException if a latent is out of range
     */
    public FeatureInspector explanations(Map<Integer, List<FeatureExplanation>> explanations) {
        return new FeatureInspector(this, names.explained(explanations, store.latents()), effects);
    }

    /**
     * Labels the latents that detect concepts of a labelled corpus with an F1 score of at least 0.8.
     *
     * @param concepts one row per concept
     * @return an inspector with these labels in addition to those of this inspector
     * @throws InvalidInputException if a latent is out of range
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
     * Includes ablation effects in reports. Computing them runs the model.
     *
     * @param examples the number of strongest examples per feature; 0 omits the effects
     * @return an inspector whose reports include the effects
     * @throws InvalidInputException if the number is negative, or the features of this dictionary cannot be ablated
     */
    public FeatureInspector withEffects(int examples) {
        if (examples < 0) {
            throw new InvalidInputException(
                    "the number of examples with effects is " + examples + ", expected at least 0");
        }
        if (examples > 0) {
            attached.sites().writesBeforeFinalNorm();
        }
        return new FeatureInspector(this, names, examples);
    }

    /**
     * Reports on one feature.
     *
     * @param latent the index of the latent, from 0
     * @return the report
     * @throws InvalidInputException if the latent is out of range
     */
    public FeatureReport feature(int latent) {
        store.checked(latent);
        return reports(latent, latent + 1).get(0);
    }

    /**
     * Reports on a range of features. One call is faster than one call per feature.
     *
     * @param first the first latent
     * @param end the end of the range, exclusive
     * @return one report per latent; empty for an empty range
     * @throws InvalidInputException if a latent is out of range
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
     * @return one summary per latent, by index
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
     * @param count the maximum number of features
     * @return live features by descending maximum activation, ties by index
     */
    public List<FeatureSummary> strongest(int count) {
        return features().stream()
                .filter(feature -> !feature.isDead())
                .sorted(FeatureSummary.STRONGEST_FIRST)
                .limit(count)
                .toList();
    }

    /**
     * Lists the most similar latents of a latent.
     *
     * @param latent the index of the latent, from 0
     * @param measure the similarity measure; Pearson and Jaccard are limited to the coactivating latents that the store keeps per latent
     * @param count the maximum number of neighbours
     * @return the neighbours, most similar first
     * @throws InvalidInputException if the latent is out of range
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
                store.coactivating(latent, count).stream()
                        .map(other -> new Neighbour(other.latent(), measure, other.jaccard()))
                        .toList();
        };
    }

    /**
     * Returns the logit weights of a feature along the direct path (logit lens): {@code unembedding · (weight ⊙ d)} for decoder direction d
     * and final norm weight, with d centred first for a LayerNorm. They are per unit of activation and omit the scale that the final
     * norm divides by.
     *
     * @param latent the index of the latent, from 0
     * @return [vocabulary of the tokenizer]; empty if the dictionary does not write to the residual stream
     * @throws InvalidInputException if the latent is out of range
     */
    public float[] logits(int latent) {
        return logits.onAllTokens(store.checked(latent));
    }

    /**
     * Computes the effect of ablating a feature on the loss at each token of an example, see {@link TokenEffect}.
     *
     * @param latent the index of the latent, from 0
     * @param example an example of this store, of this or of another feature
     * @return the effects, one per token of the example
     * @throws InvalidInputException if the latent is out of range, or features of this dictionary cannot be ablated
     */
    public ExampleEffects effects(int latent, Example example) {
        return effects(latent, List.of(example)).get(0);
    }

    /**
     * Computes the effects of ablating a feature on several examples in shared forward passes.
     *
     * @param latent the index of the latent, from 0
     * @param examples examples of this store, of this or of other features
     * @return the effects, one entry per example
     * @throws InvalidInputException if the latent is out of range, or features of this dictionary cannot be ablated
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
     * @param text the prompt; BOS is prepended if the dictionary was trained with it, unless the text already starts with it
     * @return the active features
     * @throws InvalidInputException if the text is empty or longer than the model's context length
     */
    public PromptReport prompt(String text) {
        return prompt(text, PromptOptions.by(PromptRanking.ACTIVATION));
    }

    /**
     * Finds the features that are active on a text.
     *
     * @param text the prompt, tokenized as for {@link #prompt(String)}
     * @param options the ranking of the features
     * @return the active features
     * @throws InvalidInputException if the text is empty or longer than the model's context length
     */
    public PromptReport prompt(String text, PromptOptions options) {
        if (text.isEmpty()) {
            throw new InvalidInputException("the prompt is empty, expected some text");
        }
        return prompt(PromptTokens.of(model, text, sae.metadata()).ids(), options);
    }

    /**
     * Finds the features that are active on tokens, ranked by activation. No BOS is prepended.
     *
     * @param tokens token ids, [position]
     * @return the active features
     * @throws InvalidInputException if there are no tokens, or more than the model's context length
     */
    public PromptReport prompt(long[] tokens) {
        return prompt(tokens, PromptOptions.by(PromptRanking.ACTIVATION));
    }

    /**
     * Finds the features that are active on tokens. No BOS is prepended.
     *
     * @param tokens token ids, [position]
     * @param options the ranking of the features
     * @return the active features
     * @throws InvalidInputException if there are no tokens, or more than the model's context length
     */
    public PromptReport prompt(long[] tokens, PromptOptions options) {
        return new PromptInspection(attached, store, names).of(tokens, options);
    }

    /**
     * Finds the features that meet all conditions of a search.
     *
     * @param search the conditions
     * @return the matching features
     * @throws InvalidInputException if a token is not in the vocabulary, a latent is out of range, or a regular expression exceeds its time
     *     limit
     */
    public FeatureList search(FeatureSearch search) {
        return new SearchRun(store, model.tokenizer(), logits, decoder, encoder, names).of(search, this::summary);
    }

    /**
     * Compares with another dictionary by decoder cosine, with a match threshold of 0.7.
     *
     * @param other an inspector of the other dictionary, for example of another seed, size or model
     * @return the matched features, and the features that only one of the dictionaries has
     * @throws InvalidInputException if the decoder directions have different widths
     */
    public FeatureComparison compare(FeatureInspector other) {
        return compare(other, Neighbour.Measure.DECODER_COSINE, MATCH_THRESHOLD);
    }

    /**
     * Compares with another dictionary.
     *
     * @param other an inspector of the other dictionary
     * @param measure the similarity measure; Pearson and Jaccard need stores of the same tokens
     * @param bound the minimum similarity of a match
     * @return the matched features, and the features that only one of the dictionaries has
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
     * Returns a builder of an HTML page about all features.
     *
     * @return the options of the page
     */
    public Dashboard dashboard() {
        return new Dashboard(this);
    }
}
