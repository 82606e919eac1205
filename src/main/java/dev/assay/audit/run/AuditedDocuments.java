package dev.assay.audit.run;

import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Documents with the matrices of a dictionary and its controls.
 *
 * @param sample one matrix per source and pooling
 * @param sources the dictionary first, then the controls
 * @param poolings the poolings
 * @param vocabularies the terms of each matrix of a text source
 */
record AuditedDocuments(
        AuditSample sample, List<AuditSource> sources, List<Pooling> poolings, Map<String, List<String>> vocabularies) {
    /** Returns the name of a column for readers, such as {@code feature 12} or {@code "red ball"}. */
    String column(AuditSource source, Pooling pooling, int column) {
        if (source.isText()) {
            List<String> terms = vocabularies.get(source.matrix(pooling));
            return column < terms.size() ? "\"" + terms.get(column) + "\"" : "–";
        }
        return (source == AuditSource.ACTIVATIONS ? "dimension " : "feature ") + column;
    }

    List<LabelledDialogue> documents() {
        return sample.documents();
    }

    /** Returns the rows with the largest values of a column, above 0. */
    List<Integer> strongest(AuditSource source, Pooling pooling, int column, int most) {
        double[] values = values(source, pooling, column);
        List<Integer> rows = new ArrayList<>();
        for (int row = 0; row < values.length; row++) {
            if (values[row] > 0) {
                rows.add(row);
            }
        }
        rows.sort((a, b) -> Double.compare(values[b], values[a]));
        return rows.subList(0, Math.min(most, rows.size()));
    }

    double[] values(AuditSource source, Pooling pooling, int column) {
        double[] values = new double[sample.size()];
        for (int row = 0; row < values.length; row++) {
            values[row] = sample.matrix(source.matrix(pooling)).value(row, column);
        }
        return values;
    }
}
