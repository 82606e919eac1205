package dev.assay.audit.run;

import dev.assay.InvalidInputException;
import dev.assay.audit.monitor.ColumnWeight;
import dev.assay.audit.monitor.Monitor;
import dev.assay.audit.monitor.MonitorInput;
import dev.assay.audit.monitor.MonitorInputs;
import dev.assay.audit.monitor.MonitorReport;
import dev.assay.audit.monitor.MonitorScore;
import dev.assay.audit.monitor.MonitorSplit;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Monitors on all sources and poolings, tested on the same documents.
 *
 * @param report one score per monitor, the dictionary first
 * @param read the source and the pooling of each monitor, in the order of the report
 * @param split the rows of the training and the test documents
 */
record MonitorResults(MonitorReport report, List<Read> read, MonitorSplit split) {
    /** The matrix of a monitor; without a source for a monitor that is a control by construction. */
    record Read(Optional<AuditSource> source, Pooling pooling) {
        boolean isControl() {
            return source.map(AuditSource::isControl).orElse(true);
        }
    }

    private record Entry(MonitorInput input, Read read) {}

    static MonitorResults of(AuditedDocuments documents, AuditDocuments.Labels labels, AuditSettings settings) {
        List<Entry> entries = new ArrayList<>();
        for (AuditSource source : documents.sources()) {
            Set<String> names = new LinkedHashSet<>();
            for (Pooling pooling : documents.poolings()) {
                for (MonitorInput input : inputs(source, pooling, settings)) {
                    if (names.add(input.name())) { // poolings of the same roles read the same terms
                        entries.add(new Entry(input, new Read(Optional.of(source), pooling)));
                    }
                }
            }
        }
        Pooling first = documents.poolings().get(0);
        Read none = new Read(Optional.empty(), first);
        entries.add(
                new Entry(MonitorInputs.permuted(MonitorInputs.linear(AuditSource.DICTIONARY.title(), first)), none));
        entries.add(new Entry(MonitorInputs.constant(), none));
        MonitorSplit split = split(documents.sample(), labels, settings);
        MonitorReport report = Monitor.of(documents.sample(), labels.first(), labels.second())
                .settings(settings.monitors())
                .input(entries.stream().map(Entry::input).toArray(MonitorInput[]::new))
                .run(split);
        return new MonitorResults(report, entries.stream().map(Entry::read).toList(), split);
    }

    private static List<MonitorInput> inputs(AuditSource source, Pooling pooling, AuditSettings settings) {
        return source.isText()
                ? List.of(MonitorInputs.tfIdf(source.terms(pooling)))
                : List.of(
                        MonitorInputs.sparse(source.title(), pooling, settings.columns()),
                        MonitorInputs.linear(source.title(), pooling));
    }

    private static MonitorSplit split(AuditSample sample, AuditDocuments.Labels labels, AuditSettings settings) {
        if (settings.testGroups().isEmpty()) {
            return MonitorSplit.of(sample, labels.first(), labels.second(), settings.testShare(), settings.seed());
        }
        Set<String> groups = new LinkedHashSet<>();
        sample.documents().stream()
                .map(LabelledDialogue::group)
                .filter(group -> !group.isEmpty())
                .forEach(groups::add);
        for (String group : settings.testGroups()) {
            InvalidInputException.require(
                    groups.contains(group),
                    () -> "there is no document of the test group \"" + group + "\""
                            + (groups.isEmpty()
                                    ? ", expected documents with the field group"
                                    : ", expected one of " + String.join(", ", groups)));
        }
        int[] rows = IntStream.range(0, sample.size())
                .filter(row -> Set.of(labels.first(), labels.second())
                        .contains(sample.documents().get(row).label()))
                .toArray();
        return MonitorSplit.of(
                sample,
                labels.first(),
                labels.second(),
                IntStream.of(rows).filter(row -> !isTest(sample, row, settings)).toArray(),
                IntStream.of(rows).filter(row -> isTest(sample, row, settings)).toArray());
    }

    private static boolean isTest(AuditSample sample, int row, AuditSettings settings) {
        return settings.testGroups().contains(sample.documents().get(row).group());
    }

    boolean isControl(MonitorScore score) {
        return read(score).isControl();
    }

    Read read(MonitorScore score) {
        return read.get(report.scores().indexOf(score));
    }

    /** Returns the name of a selected column for readers. */
    String column(AuditedDocuments documents, MonitorScore score, ColumnWeight column) {
        Read from = read(score);
        return documents.column(from.source().orElseThrow(), from.pooling(), column.column());
    }
}
