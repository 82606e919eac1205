package dev.assay.audit.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.contrast.ContrastReport;
import dev.assay.audit.contrast.FeatureContrast;
import java.util.Map;
import java.util.TreeMap;

/** Contrasts as JSON and CSV. Numbers that are not finite are null, or empty fields. */
final class ContrastJson {
    private ContrastJson() {}

    static void put(ObjectNode node, FeatureContrast feature) {
        node.put("first_mean", feature.firstMean())
                .put("second_mean", feature.secondMean())
                .put("first_active", feature.firstActive())
                .put("second_active", feature.secondActive());
        putFinite(node, "effect", feature.effect());
        node.put("auroc", feature.auroc())
                .put("statistic", feature.statistic())
                .put("p", feature.pValue())
                .put("q", feature.qValue())
                .put("family_p", feature.familyPValue());
    }

    static void putFinite(ObjectNode node, String field, double value) {
        if (Double.isFinite(value)) {
            node.put(field, value);
        } else {
            node.putNull(field);
        }
    }

    /** Adds one object per source and pooling. */
    static void put(ObjectNode json, AuditedDocuments documents, ContrastResults results) {
        double level = results.settings().falseDiscoveryRate();
        for (SourceContrast contrast : results.contrasts()) {
            ContrastReport report = contrast.report();
            ObjectNode node = json.withArray("contrasts").addObject();
            node.put("source", contrast.source().title())
                    .put("control", contrast.source().isControl())
                    .put("pooling", contrast.pooling().toString())
                    .put("first", report.first())
                    .put("second", report.second())
                    .put("first_documents", report.firstDocuments())
                    .put("second_documents", report.secondDocuments())
                    .put("pairs", report.pairs())
                    .put("units", report.units())
                    .put("columns", report.features().size())
                    .put("tested", report.tested())
                    .put("discoveries", report.discoveries(level).size())
                    .put("family_discoveries", report.familyDiscoveries(level).size())
                    .put("smallest_family_p", contrast.familyPValue());
            ObjectNode strongest = node.putObject("strongest")
                    .put(
                            "column",
                            documents.column(
                                    contrast.source(),
                                    contrast.pooling(),
                                    contrast.strongest().feature()));
            put(strongest, contrast.strongest());
            report.warnings().forEach(warning -> node.withArray("warnings").add(warning));
        }
    }

    /** Returns all columns of all sources by the name of the file. */
    static Map<String, String> tables(AuditedDocuments documents, ContrastResults results) {
        Map<String, String> tables = new TreeMap<>();
        for (SourceContrast contrast : results.contrasts()) {
            CsvTable table = new CsvTable(
                    "column",
                    "name",
                    "first_mean",
                    "second_mean",
                    "first_active",
                    "second_active",
                    "effect",
                    "auroc",
                    "statistic",
                    "p",
                    "q",
                    "family_p");
            for (FeatureContrast feature : contrast.report().features()) {
                table.row(
                        feature.feature(),
                        documents.column(contrast.source(), contrast.pooling(), feature.feature()),
                        feature.firstMean(),
                        feature.secondMean(),
                        feature.firstActive(),
                        feature.secondActive(),
                        feature.effect(),
                        feature.auroc(),
                        feature.statistic(),
                        feature.pValue(),
                        feature.qValue(),
                        feature.familyPValue());
            }
            tables.put(CsvTable.fileName("contrast", contrast.source().title(), contrast.pooling()), table.toString());
        }
        return tables;
    }
}
