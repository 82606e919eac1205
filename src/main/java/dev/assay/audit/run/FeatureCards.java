package dev.assay.audit.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.contrast.FeatureContrast;
import dev.assay.feature.report.FeatureExplanation;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.FeatureStore;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.view.Html;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Describes features of a contrast: their explanations, their pages, and the documents that activate them most. */
final class FeatureCards {
    private static final int TRAINING_EXAMPLES = 3;

    private final AuditSubject subject;
    private final AuditedDocuments documents;
    private final ContrastResults results;
    private final DocumentExcerpts excerpts;
    private final Path folder;

    /**
     * Creates cards.
     *
     * @param store the feature store of the documents
     * @param folder the folder of the report, for relative addresses
     */
    FeatureCards(
            AuditSubject subject, AuditedDocuments documents, ContrastResults results, FeatureStore store, Path folder)
            throws IOException {
        this.subject = subject;
        this.documents = documents;
        this.results = results;
        this.excerpts = new DocumentExcerpts(store.withTexts(subject.model().tokenizer()));
        this.folder = folder;
    }

    ArrayNode json(ArrayNode array) {
        for (int feature : results.described()) {
            SourceContrast contrast = results.strongest(feature);
            ObjectNode node = array.addObject().put("feature", feature);
            node.put("pooling", contrast.pooling().toString());
            ContrastJson.put(node, ContrastResults.values(contrast, feature));
            String address = subject.address(feature, folder);
            if (!address.isEmpty()) {
                node.put("page", address);
            }
            subject.explain(feature, node);
            ArrayNode strongest = node.putArray("documents");
            for (int row : rows(contrast, feature)) {
                LabelledDialogue document = documents.documents().get(row);
                strongest
                        .addObject()
                        .put("id", document.id())
                        .put("label", document.label())
                        .put("value", value(contrast, feature, row));
            }
        }
        return array;
    }

    private List<Integer> rows(SourceContrast contrast, int feature) {
        return documents.strongest(
                AuditSource.DICTIONARY,
                contrast.pooling(),
                feature,
                results.settings().examples());
    }

    private double value(SourceContrast contrast, int feature, int row) {
        return documents
                .sample()
                .matrix(AuditSource.DICTIONARY.matrix(contrast.pooling()))
                .value(row, feature);
    }

    String html() {
        StringBuilder html = new StringBuilder();
        for (int feature : results.described()) {
            card(html, feature);
        }
        return html.toString();
    }

    private void card(StringBuilder html, int feature) {
        SourceContrast contrast = results.strongest(feature);
        FeatureContrast values = ContrastResults.values(contrast, feature);
        html.append("<section class=\"card\" id=\"feature-" + feature + "\"><h3>")
                .append(link(feature, "Feature " + feature))
                .append("</h3><p class=\"quiet\">")
                .append(Html.escape("pooling " + contrast.pooling() + ", effect "
                        + Html.number(values.effect()) + ", p " + Html.number(values.pValue()) + ", q "
                        + Html.number(values.qValue()) + ", family-wise p " + Html.number(values.familyPValue())))
                .append("</p>");
        for (FeatureExplanation explanation : subject.explanations().getOrDefault(feature, List.of())) {
            html.append("<p>“" + Html.escape(explanation.text()) + "” <span class=\"quiet\">"
                    + Html.escape(explanation.source()) + "</span></p>");
        }
        html.append("<h4>Documents with the largest values</h4><ol>");
        for (int row : rows(contrast, feature)) {
            LabelledDialogue document = documents.documents().get(row);
            boolean first = document.label().equals(results.labels().first());
            html.append("<li><span class=\"label" + (first ? " first" : "") + "\">" + Html.escape(document.label())
                    + "</span> <code>" + Html.escape(document.id()) + "</code> <data>"
                    + Html.number(value(contrast, feature, row)) + "</data><p class=\"text\">"
                    + excerpts.html(feature, row, excerpts.maximum(feature)) + "</p></li>");
        }
        html.append("</ol>");
        subject.inspector().ifPresent(inspector -> training(html, inspector.store(), feature));
        html.append("</section>\n");
    }

    private void training(StringBuilder html, FeatureStore store, int feature) {
        List<Example> examples = store.withTexts(subject.model().tokenizer()).topExamples(feature, TRAINING_EXAMPLES);
        html.append("<h4>Strongest in the training text</h4>");
        if (examples.isEmpty()) {
            html.append("<p class=\"quiet\">never active</p>");
            return;
        }
        html.append("<ol>");
        for (Example example : examples) {
            html.append("<li><data>" + Html.number(example.peakValue()) + "</data><p class=\"text\">"
                    + DocumentExcerpts.html(example, store.maxActivation(feature)) + "</p></li>");
        }
        html.append("</ol>");
    }

    /** Returns a link to the page of a feature, or the text if there is none. */
    String link(int feature, String text) {
        String address = subject.address(feature, folder);
        return address.isEmpty()
                ? Html.escape(text)
                : "<a href=\"" + Html.escape(address) + "\">" + Html.escape(text) + "</a>";
    }
}
