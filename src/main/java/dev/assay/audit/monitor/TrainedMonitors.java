package dev.assay.audit.monitor;

import dev.assay.audit.measure.Exchangeability;
import dev.assay.audit.measure.MetricInterval;
import dev.assay.audit.measure.ScoreCalibration;
import dev.assay.audit.measure.ScoredDocuments;
import dev.assay.audit.sample.AuditSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Monitors that were trained on the same documents.
 *
 * @param positive the label of the positive class
 * @param negative the label of the negative class
 * @param trainingDocuments the number of training documents
 * @param monitors one per input
 * @param settings of the scores
 */
public record TrainedMonitors(
        String positive,
        String negative,
        int trainingDocuments,
        List<TrainedMonitor> monitors,
        MonitorSettings settings) {
    /** Negatives above the threshold that a rate needs, so that its estimate is not noise: 2,000 negatives at 1 %. */
    private static final double FEWEST_ABOVE = 20;

    /** Copies the list. */
    public TrainedMonitors {
        monitors = List.copyOf(monitors);
    }

    /**
     * Scores all documents of the two labels in a sample, such as documents of a model that was tuned against a monitor. The documents must be
     * independent of the training documents.
     *
     * @param sample documents with the matrices that the inputs name
     * @return the report
     */
    public MonitorReport evaluate(AuditSample sample) {
        sample.requireLabels(positive, negative);
        return evaluate(
                sample,
                IntStream.range(0, sample.size())
                        .filter(row -> List.of(positive, negative)
                                .contains(sample.documents().get(row).label()))
                        .toArray());
    }

    /**
     * Scores some documents of the two labels.
     *
     * @param sample documents with the matrices that the inputs name
     * @param rows row numbers
     * @return the report
     * @throws dev.assay.InvalidInputException if one of the labels is missing
     */
    public MonitorReport evaluate(AuditSample sample, int... rows) {
        boolean[] labels = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            labels[i] = sample.documents().get(rows[i]).label().equals(positive);
        }
        int[] units = sample.units(rows);
        Exchangeability exchangeability = Exchangeability.ofUnits(labels, units);
        List<MonitorScore> scores = new ArrayList<>();
        for (TrainedMonitor monitor : monitors) {
            scores.add(
                    score(monitor, ScoredDocuments.of(monitor.scores(sample, rows), labels, units), exchangeability));
        }
        int positives =
                (int) IntStream.range(0, labels.length).filter(i -> labels[i]).count();
        int negatives = labels.length - positives;
        return new MonitorReport(
                positive,
                negative,
                trainingDocuments,
                positives,
                negatives,
                (int) IntStream.of(units).distinct().count(),
                settings,
                scores,
                warnings(negatives));
    }

    private MonitorScore score(TrainedMonitor monitor, ScoredDocuments documents, Exchangeability exchangeability) {
        int draws = settings.bootstrap();
        List<MonitorScore.OperatingPoint> points = settings.falsePositiveRates().stream()
                .map(rate -> new MonitorScore.OperatingPoint(
                        rate, documents.truePositiveRateInterval(rate, draws, settings.seed())))
                .toList();
        MetricInterval auroc = documents.aurocInterval(draws, settings.seed());
        double[] probabilities = Arrays.stream(documents.scores())
                .map(TrainedMonitor::probability)
                .toArray();
        return new MonitorScore(
                monitor.name(),
                auroc,
                points,
                ScoreCalibration.of(probabilities, documents.labels()),
                documents.aurocPValue(exchangeability, settings.permutations(), settings.seed()),
                documents,
                monitor.selectedColumns());
    }

    private List<String> warnings(int negatives) {
        return settings.falsePositiveRates().stream()
                .filter(rate -> Math.round(rate * negatives * 1e6) / 1e6 < FEWEST_ABOVE)
                .map(rate -> String.format(
                        Locale.ROOT,
                        "the true-positive rate at %.3g %% has only %d negative documents, expected at least %.0f",
                        100 * rate,
                        negatives,
                        Math.ceil(FEWEST_ABOVE / rate - 1e-9)))
                .toList();
    }
}
