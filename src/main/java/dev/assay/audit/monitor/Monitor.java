package dev.assay.audit.monitor;

import dev.assay.InvalidInputException;
import dev.assay.audit.sample.AuditSample;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Trains monitors on a part of the documents of two labels and scores them on the rest. No pair or group is in both parts.
 *
 * <pre>{@code
 * MonitorReport report = Monitor.of(sample, "side task", "none")
 *         .input(MonitorInputs.sparse("sae", Pooling.mean(), 5), MonitorInputs.tfIdf(TextTerms.words(1, 2)), MonitorInputs.constant())
 *         .run();
 * }</pre>
 */
public final class Monitor {
    private static final double HALF = 0.5;

    private final AuditSample sample;
    private final String positive;
    private final String negative;
    private final MonitorSettings settings;
    private final double testShare;
    private final List<MonitorInput> inputs;

    private Monitor(
            AuditSample sample,
            String positive,
            String negative,
            MonitorSettings settings,
            double testShare,
            List<MonitorInput> inputs) {
        this.sample = sample;
        this.positive = positive;
        this.negative = negative;
        this.settings = settings;
        this.testShare = testShare;
        this.inputs = inputs;
    }

    /**
     * Starts without inputs.
     *
     * @param sample documents with matrices; documents of other labels are left out
     * @param positive the label of the positive class
     * @param negative the label of the negative class
     * @return the monitor
     * @throws InvalidInputException if the labels are equal or one has no documents
     */
    public static Monitor of(AuditSample sample, String positive, String negative) {
        sample.requireLabels(positive, negative);
        return new Monitor(sample, positive, negative, MonitorSettings.DEFAULT, HALF, List.of());
    }

    /** {@return the same monitors with other settings} */
    public Monitor settings(MonitorSettings other) {
        return new Monitor(sample, positive, negative, other, testShare, inputs);
    }

    /**
     * Sets the share of the units that are for the test.
     *
     * @param share above 0 and below 1; default 0.5
     * @return the monitor
     */
    public Monitor testShare(double share) {
        return new Monitor(sample, positive, negative, settings, share, inputs);
    }

    /**
     * Adds inputs, of which each becomes a row of the report.
     *
     * @param more inputs with different names
     * @return the monitor
     * @throws InvalidInputException if a name repeats
     */
    public Monitor input(MonitorInput... more) {
        List<MonitorInput> all = new ArrayList<>(inputs);
        Set<String> names = new HashSet<>();
        inputs.forEach(input -> names.add(input.name()));
        for (MonitorInput input : more) {
            InvalidInputException.require(
                    names.add(input.name()), () -> "two monitors have the name \"" + input.name() + "\"");
            all.add(input);
        }
        return new Monitor(sample, positive, negative, settings, testShare, List.copyOf(all));
    }

    /**
     * Divides the documents, trains and scores.
     *
     * @return the report
     * @throws InvalidInputException without inputs, or if a part would lack a label
     */
    public MonitorReport run() {
        return run(MonitorSplit.of(sample, positive, negative, testShare, settings.seed()));
    }

    /**
     * Trains and scores with a given split.
     *
     * @param split the split
     * @return the report
     */
    public MonitorReport run(MonitorSplit split) {
        return train(split.train()).evaluate(sample, split.test());
    }

    /**
     * Trains on some documents.
     *
     * @param rows rows of documents of both labels
     * @return monitors that can score other samples
     * @throws InvalidInputException without inputs
     */
    public TrainedMonitors train(int... rows) {
        InvalidInputException.require(!inputs.isEmpty(), "there are no monitors, expected at least one input");
        boolean[] labels = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            labels[i] = sample.documents().get(rows[i]).label().equals(positive);
        }
        List<TrainedMonitor> trained = new ArrayList<>();
        for (MonitorInput input : inputs) {
            trained.add(input.train(sample, rows, labels, settings.seed()));
        }
        return new TrainedMonitors(positive, negative, rows.length, trained, settings);
    }

    /**
     * Trains on all documents of the two labels, to score those of another sample.
     *
     * @return the monitors
     */
    public TrainedMonitors trainOnAll() {
        int[] rows = IntStream.range(0, sample.size())
                .filter(row -> Set.of(positive, negative)
                        .contains(sample.documents().get(row).label()))
                .toArray();
        return train(rows);
    }
}
