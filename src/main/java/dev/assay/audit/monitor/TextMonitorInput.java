package dev.assay.audit.monitor;

import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.TextTerms;
import dev.assay.audit.sample.TfIdf;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Reads the TF-IDF weights of the terms of documents. */
record TextMonitorInput(TextTerms terms) implements MonitorInput {
    private static final int FEWEST_DOCUMENTS = 2;

    @Override
    public String name() {
        return "TF-IDF " + terms;
    }

    @Override
    public TrainedMonitor train(AuditSample sample, int[] rows, boolean[] labels, long seed) {
        List<LabelledDialogue> documents = documents(sample, rows);
        TfIdf weights = TfIdf.fit(documents, terms, FEWEST_DOCUMENTS, TfIdf.MOST_TERMS);
        int[] all = IntStream.range(0, rows.length).toArray();
        return new TextMonitor(name(), weights, MonitorFit.of(weights.transform(documents), all, labels, 0, seed));
    }

    private static List<LabelledDialogue> documents(AuditSample sample, int... rows) {
        return Arrays.stream(rows).mapToObj(sample.documents()::get).toList();
    }

    /** The trained monitor. */
    record TextMonitor(String name, TfIdf weights, MonitorFit fit) implements TrainedMonitor {
        @Override
        public double[] scores(AuditSample sample, int... rows) {
            return fit.scores(
                    weights.transform(documents(sample, rows)),
                    IntStream.range(0, rows.length).toArray());
        }
    }
}
