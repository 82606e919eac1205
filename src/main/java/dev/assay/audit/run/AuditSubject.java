package dev.assay.audit.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.report.FeatureExplanation;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.store.WeightsHash;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.run.Run;
import dev.assay.run.StoredExplanations;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The model and the dictionary of an audit, with what the run folder knows about the features.
 *
 * @param model the model
 * @param dictionary the dictionary
 * @param page the page of features; empty if the folder has none
 * @param explanations the explanations of the folder by feature
 * @param inspector the features on the training text; empty if the folder has no feature store
 */
record AuditSubject(
        HookedTransformer model,
        SparseAutoencoder dictionary,
        Optional<Path> page,
        Map<Integer, List<FeatureExplanation>> explanations,
        Optional<FeatureInspector> inspector) {
    static AuditSubject of(Run run) throws IOException {
        run.attached(); // reports a dictionary that does not fit the model
        Path page = run.layout().page();
        return new AuditSubject(
                run.model(),
                run.dictionary(),
                Files.isRegularFile(page) ? Optional.of(page) : Optional.empty(),
                StoredExplanations.read(run.layout().folder()),
                FeatureStore.isStore(run.layout().features()) ? Optional.of(run.inspector()) : Optional.empty());
    }

    /** Returns the origin of results on documents. */
    Provenance provenance(AuditDocuments documents, long seed) {
        List<String> reads = dictionary.sites().readNames();
        TextProvenance text = new TextProvenance(
                documents.file().getFileName().toString(),
                documents.documents().size() + " documents in separate contexts",
                documents.hash(),
                0,
                model.tokenizer().prependsBos(),
                dictionary.metadata().excludesSpecialTokens(),
                0,
                0);
        return Provenance.of(
                        ModelProvenance.of(model.name(), model.precision().toString())
                                .withHash(WeightsHash.of(model)),
                        reads,
                        text)
                .withSites(reads, dictionary.sites().writeNames())
                .withSeed("audit", seed)
                .withParent(WeightsHash.artifact(dictionary));
    }

    /** Returns the address of a feature's page relative to a folder; empty without a page. */
    String address(int feature, Path folder) {
        return page.map(file -> relative(folder, file) + "#feature-" + feature).orElse("");
    }

    private static String relative(Path folder, Path file) {
        Path from = folder.toAbsolutePath().normalize();
        Path to = file.toAbsolutePath().normalize();
        // Folders on different volumes have no relative path.
        return from.getRoot().equals(to.getRoot())
                ? from.relativize(to).toString().replace('\\', '/')
                : to.toUri().toString();
    }

    /** Returns the explanations of a feature as JSON. */
    void explain(int feature, ObjectNode json) {
        for (FeatureExplanation explanation : explanations.getOrDefault(feature, List.of())) {
            ObjectNode node = json.withArray("explanations").addObject();
            node.put("text", explanation.text()).put("by", explanation.by());
            explanation
                    .scores()
                    .forEach(score -> node.withArray("scores")
                            .addObject()
                            .put("metric", score.metric())
                            .put("judge", score.judge())
                            .put("value", score.value()));
        }
    }
}
