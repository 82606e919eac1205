package dev.assay.experiment.autointerp;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.StreamPosition;
import dev.assay.evaluate.baseline.Baselines;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.Provenance;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Trains or fits bases on the training documents of a corpus, and collects their feature stores on the held-out ones.
 *
 * @param corpus the text, of which some documents are held out
 * @param site the hook point
 * @param latents the number of latents of trained dictionaries
 * @param k their active latents per token
 * @param tokens the number of activations that they are trained on
 * @param fitted the number of activations that directions are fitted to
 * @param rounds the limit of the iterative fits
 * @param scored the number of tokens of the stores
 */
record BasisStores(
        Corpus corpus, HookPoint site, int latents, int k, long tokens, int fitted, int rounds, long scored) {
    private static final int BATCH = 1024;

    /** Returns the origin of the training activations. */
    Provenance provenance(HookedTransformer model) {
        return ActivationSource.of(model, site, corpus).provenance();
    }

    /** Trains a dictionary and collects its store. */
    void collectTrained(HookedTransformer model, long seed, Path folder) throws IOException {
        try (SparseAutoencoder dictionary = SaeTrainer.of(TopK.of(k))
                .source(ActivationSource.of(model, site, corpus))
                .dictionarySize(latents)
                .tokens(tokens)
                .batchSize(BATCH)
                .seed(seed)
                .progress(false)
                .train()) {
            FeatureCollector.of(model, dictionary, corpus)
                    .split(Split.HELD_OUT)
                    .tokens(scored)
                    .partners(0)
                    .collect(folder);
        }
    }

    /** Fits directions, orients them on the same activations, and collects their store. */
    void collectFitted(Basis basis, HookedTransformer model, long seed, Path folder) throws IOException {
        SaeMetadata metadata = SaeMetadata.builder()
                .hookName(site.name())
                .put(OrientedFeatures.FIELD, OrientedFeatures.record(corpus.description(), fitted))
                .build();
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray sample = sample(model);
            int width = (int) sample.getShape().get(1);
            Baselines fit = Baselines.of(sample)
                    .seed(seed)
                    .rounds(rounds)
                    .components(width)
                    .latents(2 * width)
                    .metadata(metadata);
            try (Dictionary features = OrientedFeatures.of(fit.fit(basis.id()), sample)) {
                collect(basis, features, model, seed, folder);
            }
        }
    }

    private void collect(Basis basis, Dictionary features, HookedTransformer model, long seed, Path folder)
            throws IOException {
        OrientedFeatures.requireTrainingText(basis.id(), features.metadata(), corpus.description());
        String description = basis.title() + ", " + features.dSae() + " features fitted to " + fitted
                + " activations with seed " + seed;
        FeatureCollector.of(model, features, new ParentArtifact(ParentArtifact.DICTIONARY, description, ""), corpus)
                .split(Split.HELD_OUT)
                .tokens(scored)
                .partners(0)
                .collect(folder);
    }

    /** Reads the first activations of the training documents, [fitted, d]. */
    private NDArray sample(HookedTransformer model) throws IOException {
        ModelActivationSource source = ActivationSource.of(model, site, corpus).split(Split.TRAINING);
        NDList parts = new NDList();
        long rows = 0;
        try (ActivationStream stream = source.open(StreamPosition.START)) {
            while (rows < fitted) {
                NDArray values = stream.next().values();
                parts.add(values);
                rows += values.getShape().get(0);
            }
        }
        return NDArrays.concat(parts, 0).get("0:" + fitted);
    }
}
