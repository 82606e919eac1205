package dev.assay.audit.run;

import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedSites;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.measure.DocumentMatrixBuilder;
import dev.assay.audit.sample.AuditPass;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.audit.sample.TfIdf;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.Turn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/** Reads documents with a dictionary and its controls: one pass of the model, and one of the model with random weights if there is one. */
final class AuditReading {
    /** The documents of which the number of active latents per token is measured, for random features with as many. */
    private static final int MEASURED = 16;

    private final HookedTransformer model;
    private final SparseAutoencoder dictionary;
    private final List<Pooling> poolings;
    private final DialogueFormat format;
    private final long seed;
    private final Optional<RandomWeightDictionary> randomWeights;

    AuditReading(
            HookedTransformer model,
            SparseAutoencoder dictionary,
            List<Pooling> poolings,
            DialogueFormat format,
            long seed,
            Optional<RandomWeightDictionary> randomWeights) {
        this.model = model;
        this.dictionary = dictionary;
        this.poolings = poolings;
        this.format = format;
        this.seed = seed;
        this.randomWeights = randomWeights;
    }

    /**
     * Runs the pass.
     *
     * @param documents the documents; the file is named in errors and in the store
     * @param activeLatents the number of active random features per token
     * @param store the folder of the feature store of the documents
     * @param progress receives the number of complete documents
     */
    AuditedDocuments run(AuditDocuments documents, int activeLatents, Path store, IntConsumer progress)
            throws IOException {
        requireRoles(documents);
        try (SparseAutoencoder random = RandomFeatures.like(dictionary, activeLatents, seed)) {
            AuditSample sample = pass(model, dictionary)
                    .dictionary(AuditSource.RANDOM_FEATURES.title(), random)
                    .store(
                            AuditSource.DICTIONARY.title(),
                            store,
                            documents.file().getFileName().toString())
                    .progress(progress)
                    .run(documents.documents());
            return completed(sample, documents.documents());
        }
    }

    /** Runs the pass without a store. */
    AuditedDocuments run(List<LabelledDialogue> documents, int activeLatents, IntConsumer progress) throws IOException {
        try (SparseAutoencoder random = RandomFeatures.like(dictionary, activeLatents, seed)) {
            return completed(
                    pass(model, dictionary)
                            .dictionary(AuditSource.RANDOM_FEATURES.title(), random)
                            .progress(progress)
                            .run(documents),
                    documents);
        }
    }

    /** Returns the mean number of active latents per token in the first documents, at least 1. */
    int activeLatents(List<LabelledDialogue> documents) throws IOException {
        double l0 = AuditPass.of(model)
                .dictionary(AuditSource.DICTIONARY.title(), dictionary)
                .format(format)
                .run(documents.subList(0, Math.min(MEASURED, documents.size())))
                .statistics(AuditSource.DICTIONARY.title())
                .l0();
        return (int) Math.max(1, Math.round(l0));
    }

    private AuditPass pass(HookedTransformer of, SparseAutoencoder read) {
        AuditPass pass = AuditPass.of(of)
                .dictionary(AuditSource.DICTIONARY.title(), read)
                .pooling(poolings.toArray(Pooling[]::new))
                .format(format);
        for (HookPoint point : points()) {
            pass = pass.activations(point.name(), point);
        }
        return pass;
    }

    private List<HookPoint> points() {
        return AttachedSites.of(model, dictionary).reads();
    }

    private AuditedDocuments completed(AuditSample passed, List<LabelledDialogue> documents) throws IOException {
        AuditSample sample = passed;
        List<AuditSource> sources = new ArrayList<>(List.of(AuditSource.DICTIONARY, AuditSource.RANDOM_FEATURES));
        for (Pooling pooling : poolings) {
            sample = sample.with(AuditSource.ACTIVATIONS.matrix(pooling), activations(passed, pooling));
        }
        if (randomWeights.isPresent()) {
            AuditSample random = AuditPass.of(randomWeights.get().model())
                    .dictionary(
                            AuditSource.RANDOM_WEIGHTS.title(),
                            randomWeights.get().dictionary())
                    .pooling(poolings.toArray(Pooling[]::new))
                    .format(format)
                    .run(documents);
            for (Pooling pooling : poolings) {
                String name = AuditSource.RANDOM_WEIGHTS.matrix(pooling);
                sample = sample.with(name, random.matrix(name));
            }
            sources.add(AuditSource.RANDOM_WEIGHTS);
        }
        sources.addAll(List.of(AuditSource.ACTIVATIONS, AuditSource.WORDS, AuditSource.CHARACTERS));
        Map<String, List<String>> vocabularies = new HashMap<>();
        for (Pooling pooling : poolings) {
            for (AuditSource source : List.of(AuditSource.WORDS, AuditSource.CHARACTERS)) {
                String name = source.matrix(pooling);
                if (!vocabularies.containsKey(name)) {
                    TfIdf weights = TfIdf.fit(documents, source.terms(pooling), 2, TfIdf.MOST_TERMS);
                    vocabularies.put(name, weights.vocabulary());
                    sample = sample.with(name, weights.transform(documents));
                }
            }
        }
        return new AuditedDocuments(sample, sources, poolings, vocabularies);
    }

    /** Returns the pooled activations of all sites next to each other. */
    private DocumentMatrix activations(AuditSample sample, Pooling pooling) {
        List<DocumentMatrix> ofSites = points().stream()
                .map(point -> sample.matrix(point.name(), pooling))
                .toList();
        if (ofSites.size() == 1) {
            return ofSites.get(0);
        }
        DocumentMatrixBuilder joined = new DocumentMatrixBuilder(
                ofSites.stream().mapToInt(DocumentMatrix::columns).sum());
        for (int row = 0; row < sample.size(); row++) {
            int at = row;
            joined.add(ofSites.stream()
                    .flatMapToDouble(matrix -> Arrays.stream(matrix.row(at)))
                    .toArray());
        }
        return joined.build();
    }

    /** Checks that each role of a pooling has a turn. */
    void requireRoles(AuditDocuments documents) {
        Set<String> present = new TreeSet<>();
        documents
                .documents()
                .forEach(document ->
                        document.dialogue().turns().stream().map(Turn::role).forEach(role -> present.add(role.name())));
        for (Pooling pooling : poolings) {
            for (Role role : pooling.roles()) {
                InvalidInputException.require(
                        role.equals(Role.NONE) || present.contains(role.name()),
                        () -> documents.file() + " has no turn with the role \"" + role.name() + "\" of the pooling "
                                + pooling + ", expected one of " + String.join(", ", present));
            }
        }
    }
}
