package dev.assay.feature;

import dev.assay.feature.report.ExampleEffects;
import dev.assay.feature.report.FeatureNames;
import dev.assay.feature.report.FeatureReport;
import dev.assay.feature.report.Neighbour;
import dev.assay.feature.store.Coactivation;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleGroup;
import dev.assay.feature.store.ExampleReader;
import dev.assay.feature.store.FeatureStore;
import java.util.ArrayList;
import java.util.List;

/** Builds reports in batches, so that features share matrix products and model runs. */
final class ReportBuilder {
    /** The number of features per batch. */
    private static final int BATCH = 256;

    private static final int EXAMPLES = 20;
    private static final int GROUPS = 5;
    private static final int EXAMPLES_PER_GROUP = 3;
    private static final int LOGITS = 10;
    private static final int NEIGHBOURS = 10;

    private final FeatureStore store;
    private final LogitWeights logits;
    private final List<CosineNeighbours> cosines;
    private final AblationEffects ablation;
    private final FeatureNames names;
    private final int effects;

    /** Builds reports with the ablation effects on the first {@code effects} examples of each feature. */
    ReportBuilder(
            FeatureStore store,
            LogitWeights logits,
            List<CosineNeighbours> cosines,
            AblationEffects ablation,
            FeatureNames names,
            int effects) {
        this.store = store;
        this.logits = logits;
        this.cosines = cosines;
        this.ablation = ablation;
        this.names = names;
        this.effects = effects;
    }

    List<FeatureReport> of(int first, int end) {
        List<FeatureReport> reports = new ArrayList<>(end - first);
        for (int from = first; from < end; from += BATCH) {
            reports.addAll(batch(from, Math.min(end, from + BATCH)));
        }
        return reports;
    }

    private List<FeatureReport> batch(int first, int end) {
        List<LogitWeights.OfLatent> weights = logits.of(first, end, LOGITS);
        List<List<List<Neighbour>>> nearest = new ArrayList<>();
        for (CosineNeighbours cosine : cosines) {
            nearest.add(cosine.of(first, end, NEIGHBOURS));
        }
        List<List<Example>> examples = new ArrayList<>();
        List<List<ExampleGroup>> groups = new ArrayList<>();
        for (int latent = first; latent < end; latent++) {
            ExampleReader reader = store.examples(latent);
            examples.add(reader.top(EXAMPLES));
            groups.add(groups(reader));
        }
        List<List<ExampleEffects>> changes = effects(first, examples);
        List<FeatureReport> reports = new ArrayList<>(end - first);
        for (int latent = first; latent < end; latent++) {
            int at = latent - first;
            List<Neighbour> neighbours = new ArrayList<>();
            for (List<List<Neighbour>> ofMeasure : nearest) {
                neighbours.addAll(ofMeasure.get(at));
            }
            for (Coactivation other : store.correlated(latent, NEIGHBOURS)) {
                neighbours.add(new Neighbour(other.latent(), Neighbour.Measure.PEARSON, other.pearson()));
            }
            List<Coactivation> cofiring = store.coactivating(latent, NEIGHBOURS);
            for (Coactivation other : cofiring) {
                neighbours.add(new Neighbour(other.latent(), Neighbour.Measure.JACCARD, other.jaccard()));
            }
            reports.add(new FeatureReport(
                    latent,
                    store.stats(latent),
                    store.histogram(latent),
                    examples.get(at),
                    groups.get(at),
                    weights.get(at).top(),
                    weights.get(at).bottom(),
                    weights.get(at).summary(),
                    neighbours,
                    cofiring,
                    changes.get(at),
                    names.labels(latent),
                    names.explanations(latent)));
        }
        return reports;
    }

    private static List<ExampleGroup> groups(ExampleReader reader) {
        List<ExampleGroup> groups = new ArrayList<>(reader.byInterval(GROUPS, EXAMPLES_PER_GROUP));
        groups.addAll(reader.byQuantile(GROUPS, EXAMPLES_PER_GROUP));
        return groups;
    }

    /** Returns the effects on the first examples of each latent, computed in shared model runs. */
    private List<List<ExampleEffects>> effects(int first, List<List<Example>> examples) {
        List<AblationEffects.Ablated> ablations = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            for (Example example : shown(examples.get(i))) {
                ablations.add(new AblationEffects.Ablated(first + i, example));
            }
        }
        List<ExampleEffects> all = ablations.isEmpty() ? List.of() : ablation.on(store, ablations);
        List<List<ExampleEffects>> changes = new ArrayList<>();
        int at = 0;
        for (List<Example> ofLatent : examples) {
            int count = shown(ofLatent).size();
            changes.add(all.subList(at, at + count));
            at += count;
        }
        return changes;
    }

    private List<Example> shown(List<Example> examples) {
        return examples.subList(0, Math.min(effects, examples.size()));
    }
}
