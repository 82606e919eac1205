package dev.assay.feature;

import dev.assay.InvalidInputException;
import dev.assay.model.HookPoint;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Answers what there is to see of each feature of a dictionary, from a store and the model's weights. */
public final class FeatureInspector implements FeatureCatalog {
    private static final int LOGITS = 10;
    private static final int PEAK_TOKENS = 4;

    private final FeatureStore store;
    private final Tokenizer tokenizer;
    private final LogitWeights logits;

    private FeatureInspector(HookedTransformer model, SparseAutoencoder sae, FeatureStore store) {
        this.store = store;
        this.tokenizer = model.tokenizer();
        this.logits =
                new LogitWeights(model, sae, HookPoint.parse(store.provenance().hook()), LOGITS);
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
        if (store.latents() != sae.dSae()) {
            throw new InvalidInputException("the feature store is of another dictionary: it has " + store.latents()
                    + " latents, expected " + sae.dSae() + "; collect it again");
        }
        if (!store.provenance().dictionaryHash().equals(Fingerprint.of(sae))) {
            throw new InvalidInputException(
                    "the feature store is of another dictionary: the hash of its weights differs; collect it again");
        }
        if (!store.provenance().modelHash().equals(Fingerprint.of(model))) {
            throw new InvalidInputException(
                    "the feature store is of another model: the hash of its weights differs; collect it again");
        }
        return new FeatureInspector(model, sae, store);
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
        List<LogitWeights.Extremes> extremes = logits.of(first, end);
        FeatureTables tables = store.tables();
        List<FeatureReport> reports = new ArrayList<>(end - first);
        for (int latent = first; latent < end; latent++) {
            reports.add(new FeatureReport(
                    latent,
                    tables.density(latent),
                    tables.counts()[latent],
                    tables.maxima()[latent],
                    tables.mean(latent),
                    tables.histogram(latent),
                    examples(latent),
                    extremes.get(latent - first).top(),
                    extremes.get(latent - first).bottom()));
        }
        return reports;
    }

    /**
     * Lists all features.
     *
     * @return one summary a latent, in order
     */
    @Override
    public List<FeatureSummary> features() {
        FeatureTables tables = store.tables();
        List<FeatureSummary> features = new ArrayList<>(tables.latents());
        for (int latent = 0; latent < tables.latents(); latent++) {
            features.add(new FeatureSummary(
                    latent, tables.density(latent), tables.maxima()[latent], tables.mean(latent), peakTokens(latent)));
        }
        return features;
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

    private List<Example> examples(int latent) {
        ExampleTable table = store.tables().examples();
        List<Example> examples = new ArrayList<>();
        for (int row = table.first(latent); row < table.end(latent); row++) {
            List<String> tokens = new ArrayList<>();
            for (int id : table.window(row)) {
                tokens.add(tokenizer.token(id));
            }
            examples.add(new Example(
                    tokens,
                    table.activations(row),
                    table.peaks()[row],
                    table.documents()[row],
                    table.positions()[row]));
        }
        return examples;
    }

    private List<String> peakTokens(int latent) {
        ExampleTable table = store.tables().examples();
        Set<String> tokens = new LinkedHashSet<>();
        for (int row = table.first(latent); row < table.end(latent) && tokens.size() < PEAK_TOKENS; row++) {
            tokens.add(tokenizer.token(table.peakToken(row)));
        }
        return List.copyOf(tokens);
    }
}
