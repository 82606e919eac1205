package dev.assay.audit.trace;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.measure.DocumentMatrixBuilder;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.feature.store.DocumentRun;
import dev.assay.feature.store.FeatureActivations;
import dev.assay.feature.store.FeatureStore;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The documents of a feature store as a sample, so that training documents need no second pass. */
public final class StoredDocuments {
    private StoredDocuments() {}

    /**
     * Reads the documents and pools the activations of all latents per document. A document whose tokens are partly outside the store has the
     * stored tokens only. Stored activations are rounded, see {@link FeatureActivations}.
     *
     * @param store the store
     * @param source the name of the dictionary in the sample
     * @param pooling {@code mean}, {@code max} or {@code sum} without roles
     * @return documents with the matrix of the source. Documents of an {@link dev.assay.audit.sample.AuditPass} have their identifiers and
     *     labels, others the identifier {@code document N} by their number in the corpus and the label {@code training}
     * @throws InvalidInputException if the pooling depends on roles or the order of tokens, or the store has no documents
     */
    public static AuditSample sample(FeatureStore store, String source, Pooling pooling) {
        boolean usable = switch (pooling.rule()) {
            case MEAN, MAX, SUM -> pooling.roles().isEmpty();
            case LAST, POSITION -> false;
        };
        InvalidInputException.require(
                usable,
                () -> "the pooling of stored documents is " + pooling + ", expected mean, max or sum without roles");
        Map<Long, StringBuilder> texts = new LinkedHashMap<>();
        Map<Long, Integer> lengths = new HashMap<>();
        for (DocumentRun run : store.corpus().runs()) {
            List<String> tokens = store.corpus().texts(run.start(), run.start() + run.length());
            texts.computeIfAbsent(run.document(), number -> new StringBuilder()).append(String.join("", tokens));
            lengths.merge(run.document(), run.length(), Integer::sum);
        }
        JsonNode ids = store.note().path("document_ids");
        JsonNode labels = store.note().path("document_labels");
        Map<Long, Integer> rows = new HashMap<>();
        List<LabelledDialogue> documents = new ArrayList<>();
        texts.forEach((number, text) -> {
            int index = Math.toIntExact(number);
            rows.put(number, documents.size());
            documents.add(new LabelledDialogue(
                    ids.path(index).asText("document " + number),
                    labels.path(index).asText("training"),
                    Dialogue.document(text.toString())));
        });
        DocumentMatrixBuilder byLatent = new DocumentMatrixBuilder(Math.max(1, documents.size()));
        for (int latent = 0; latent < store.latents(); latent++) {
            Map<Integer, Double> pooled = new TreeMap<>();
            FeatureActivations activations = store.activations(latent);
            for (int i = 0; i < activations.size(); i++) {
                Integer row = rows.get(activations.document(i));
                if (row != null) {
                    pooled.merge(
                            row,
                            (double) activations.value(i),
                            pooling.rule() == Pooling.Rule.MAX ? Math::max : Double::sum);
                }
            }
            if (pooling.rule() == Pooling.Rule.MEAN) {
                rows.forEach((number, row) -> pooled.computeIfPresent(row, (same, sum) -> sum / lengths.get(number)));
            }
            byLatent.add(
                    pooled.keySet().stream().mapToInt(Integer::intValue).toArray(),
                    pooled.values().stream().mapToDouble(Double::doubleValue).toArray());
        }
        DocumentMatrix matrix = byLatent.build().transposed();
        return AuditSample.of(documents).with(AuditSample.name(source, pooling), matrix);
    }
}
