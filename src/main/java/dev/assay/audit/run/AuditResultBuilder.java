package dev.assay.audit.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.Json;
import dev.assay.provenance.Provenance;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Collects the sections of a result. */
final class AuditResultBuilder {
    private final AuditSubject subject;
    private final AuditDocuments documents;
    private final ObjectNode json;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder html = new StringBuilder();
    private final Map<String, String> tables = new LinkedHashMap<>();

    AuditResultBuilder(
            String kind,
            AuditSubject subject,
            AuditDocuments documents,
            AuditSettings settings,
            Optional<RandomWeightDictionary> random) {
        this.subject = subject;
        this.documents = documents;
        json = Json.mapper().createObjectNode().put("audit", kind).put("meaning", AuditPage.MEANING);
        Provenance provenance = subject.provenance(documents, settings.seed());
        if (random.isPresent()) {
            provenance = provenance.withParent(random.get().artifact());
        }
        json.set(Provenance.FIELD, provenance.toJson());
        json.set("settings", settings.toJson());
        ObjectNode read = json.putObject("documents");
        read.put("file", documents.file().toString())
                .put("sha256", documents.hash())
                .put("count", documents.documents().size());
        Map<String, Integer> counts = new TreeMap<>();
        documents.documents().stream()
                .map(LabelledDialogue::label)
                .forEach(label -> counts.merge(label, 1, Integer::sum));
        ObjectNode labels = read.putObject("labels");
        counts.forEach(labels::put);
    }

    AuditResultBuilder labels(AuditDocuments.Labels compared) {
        json.putObject("labels").put("first", compared.first()).put("second", compared.second());
        return this;
    }

    /** Returns the result so far, to add fields. */
    ObjectNode json() {
        return json;
    }

    AuditResultBuilder add(String sectionText, String sectionHtml, Map<String, String> sectionTables) {
        text.append(text.isEmpty() ? "" : "\n").append(sectionText);
        html.append(sectionHtml);
        tables.putAll(sectionTables);
        return this;
    }

    AuditResult build(String title) {
        String subtitle =
                documents.file().getFileName() + ", " + documents.documents().size() + " documents; "
                        + String.join(", ", subject.dictionary().sites().readNames()) + " of "
                        + subject.model().name() + ", " + subject.dictionary().dSae() + " features";
        return new AuditResult(
                json, tables, AuditPage.html(title, subtitle, html.toString(), json, tables), text.toString());
    }
}
