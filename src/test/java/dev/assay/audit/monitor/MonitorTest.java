package dev.assay.audit.monitor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.audit.measure.DocumentMatrix;
import dev.assay.audit.measure.KolmogorovSmirnov;
import dev.assay.audit.measure.MetricInterval;
import dev.assay.audit.measure.Samples;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Documents;
import dev.assay.audit.sample.Pooling;
import dev.assay.audit.sample.TextTerms;
import dev.assay.evaluate.probe.Auroc;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MonitorTest {
    private static final MonitorSettings QUICK = new MonitorSettings(List.of(0.01, 0.05), 100, 199, 0);
    private static final MonitorInput SPARSE = MonitorInputs.sparse("sae", Pooling.mean(), 2);
    private static final MonitorInput LINEAR = MonitorInputs.linear("raw", Pooling.mean());
    private static final MonitorInput TEXT = MonitorInputs.tfIdf(TextTerms.words(1, 2));

    /** Returns documents whose label shows in feature 3, in all activations, and in a word, each with noise. */
    private static AuditSample sample(int count, long seed) {
        List<LabelledDialogue> documents = new ArrayList<>();
        double[][] features = Samples.normal(count, 12, 0.5, seed);
        double[][] raw = Samples.normal(count, 5, 0, seed + 1);
        double[] noise = Samples.normal(1, count, 0, seed + 2)[0];
        for (int i = 0; i < count; i++) {
            boolean positive = i % 2 == 0;
            features[i][3] += positive ? 2 : 0;
            for (int column = 0; column < 5; column++) {
                raw[i][column] += positive ? 0.6 : 0;
            }
            String text = Documents.words(5, seed * 1000 + i) + (positive == noise[i] > -1.2 ? " signal" : "");
            documents.add(new LabelledDialogue(
                    "d" + i, positive ? "side task" : "none", "", "g" + i / 4, Dialogue.document(text)));
        }
        return AuditSample.of(documents)
                .with("sae mean", DocumentMatrix.of(features))
                .with("raw mean", DocumentMatrix.of(raw));
    }

    @Test
    void allInputsAreScoredOnTheSameTestDocuments() {
        AuditSample sample = sample(240, 1);
        MonitorReport report = Monitor.of(sample, "side task", "none")
                .settings(QUICK)
                .input(SPARSE, LINEAR, TEXT, MonitorInputs.constant())
                .run();
        assertEquals(120, report.trainingDocuments());
        assertEquals(60, report.positives());
        assertEquals(60, report.negatives());
        assertEquals(30, report.units());
        for (String name : List.of("sae mean, 2 columns", "raw mean", "TF-IDF words 1-2")) {
            MonitorScore score = report.score(name);
            assertTrue(score.auroc().value() > 0.7, () -> name + " has the AUROC " + score.auroc());
            assertEquals(1.0 / 200, score.pValue(), 1e-12, name);
            assertEquals(
                    Auroc.of(score.documents().scores(), score.documents().labels()),
                    score.auroc().value(),
                    1e-9);
            assertEquals(
                    score.documents().truePositiveRate(0.05),
                    score.operatingPoints().get(1).truePositiveRate().value());
            assertTrue(score.calibration().brier() < 0.25);
        }
        MonitorScore constant = report.score("constant");
        assertEquals(new MetricInterval(0.5, 0.5, 0.5), constant.auroc());
        assertEquals(1, constant.pValue());
        assertEquals(0, constant.operatingPoints().get(1).truePositiveRate().value());
        assertEquals(0.25, constant.calibration().brier(), 1e-4);
        assertTrue(report.difference("sae mean, 2 columns", "constant").low() > 0);
        assertThrows(InvalidInputException.class, () -> report.score("other"));
    }

    @Test
    void sparseMonitorReadsTheInformativeColumn() {
        AuditSample sample = sample(240, 1);
        boolean[] labels = new boolean[240];
        int[] rows = IntStream.range(0, 240).toArray();
        for (int i = 0; i < 240; i++) {
            labels[i] = i % 2 == 0;
        }
        MonitorFit fit = MonitorFit.of(sample.matrix("sae mean"), rows, labels, 1, 0);
        assertArrayEquals(new int[] {3}, fit.columns());
        double[] scores = fit.scores(sample.matrix("sae mean"), 7, 8);
        assertEquals(
                fit.probe().intercept()
                        + fit.probe().weights()[0] * sample.matrix("sae mean").value(8, 3),
                scores[1],
                1e-12);
    }

    @Test
    void permutedTrainingLabelsLeaveNoInformation() {
        double[] areas = new double[40];
        for (int seed = 0; seed < areas.length; seed++) {
            areas[seed] = Monitor.of(sample(80, seed), "side task", "none")
                    .settings(QUICK.withSeed(seed))
                    .input(MonitorInputs.permuted(SPARSE))
                    .run()
                    .score("sae mean, 2 columns, permuted labels")
                    .auroc()
                    .value();
        }
        assertEquals(0.5, Arrays.stream(areas).average().orElseThrow(), 0.08);
    }

    /** The whole of training, test and permutation, on features without information. */
    @Test
    void pValuesOfUninformativeInputsAreUniform() {
        double[] pValues = new double[500];
        MonitorInput input = MonitorInputs.sparse("null", Pooling.mean(), 1);
        for (int draw = 0; draw < pValues.length; draw++) {
            AuditSample sample = AuditSample.of(Documents.plain(60))
                    .with("null mean", DocumentMatrix.of(Samples.normal(60, 3, 0, 20_000 + draw)));
            pValues[draw] = Monitor.of(sample, "a", "b")
                    .settings(new MonitorSettings(List.of(), 100, 199, draw))
                    .input(input)
                    .run()
                    .scores()
                    .get(0)
                    .pValue();
        }
        double uniform = KolmogorovSmirnov.pValue(pValues);
        assertTrue(uniform > 0.01, () -> "Kolmogorov–Smirnov p is " + uniform);
    }

    @Test
    void trainingAndTestShareNoPairOrGroup() {
        List<LabelledDialogue> documents = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            documents.add(new LabelledDialogue(
                    "d" + i,
                    i % 2 == 0 ? "a" : "b",
                    i < 100 ? "p" + i / 2 : "",
                    i % 10 == 3 ? "g" + i % 4 : "",
                    Dialogue.document("x")));
        }
        AuditSample sample = AuditSample.of(documents);
        for (int seed = 0; seed < 10; seed++) {
            MonitorSplit split = MonitorSplit.of(sample, "a", "b", 0.4, seed);
            Set<String> trained = new HashSet<>();
            for (int row : split.train()) {
                trained.add("p" + documents.get(row).pair());
                trained.add("g" + documents.get(row).group());
            }
            for (int row : split.test()) {
                assertFalse(trained.contains("p" + documents.get(row).pair())
                        && !documents.get(row).pair().isEmpty());
                assertFalse(trained.contains("g" + documents.get(row).group())
                        && !documents.get(row).group().isEmpty());
            }
            assertEquals(200, split.train().length + split.test().length);
            assertEquals(80, split.test().length, 20);
        }
        assertArrayEquals(
                MonitorSplit.of(sample, "a", "b", 0.4, 1).test(),
                MonitorSplit.of(sample, "a", "b", 0.4, 1).test());
    }

    @Test
    void rejectsSplitsThatShareDocuments() {
        AuditSample sample = AuditSample.of(Documents.paired(4));
        assertEquals(
                "the test document \"d4\" shares a pair or group with a training document",
                assertThrows(
                                InvalidInputException.class,
                                () -> MonitorSplit.of(sample, "a", "b", new int[] {0, 1, 5}, new int[] {4, 2}))
                        .getMessage());
        assertThrows(
                InvalidInputException.class,
                () -> MonitorSplit.of(sample, "a", "b", new int[] {0, 4}, new int[] {4, 1}));
        assertEquals(
                "the test documents have none with the label \"b\", expected documents of both labels in more groups",
                assertThrows(
                                InvalidInputException.class,
                                () -> MonitorSplit.of(sample, "a", "b", new int[] {0, 4}, new int[] {1}))
                        .getMessage());
        assertThrows(InvalidInputException.class, () -> MonitorSplit.of(sample, "a", "b", 1, 0));
    }

    @Test
    void trainedMonitorsScoreOtherSamples() {
        TrainedMonitors monitors = Monitor.of(sample(240, 1), "side task", "none")
                .settings(QUICK)
                .input(SPARSE, TEXT)
                .trainOnAll();
        MonitorReport other = monitors.evaluate(sample(100, 50));
        assertEquals(50, other.positives());
        assertTrue(other.score("sae mean, 2 columns").auroc().value() > 0.8);
        AuditSample narrow =
                AuditSample.of(sample(100, 50).documents()).with("sae mean", DocumentMatrix.of(new double[100][3]));
        assertEquals(
                "the matrix \"sae mean\" has 3 columns, expected 12 as in training",
                assertThrows(InvalidInputException.class, () -> monitors.evaluate(narrow))
                        .getMessage());
    }

    @Test
    void fewNegativesForARateAreReported() {
        MonitorReport report = Monitor.of(sample(240, 1), "side task", "none")
                .settings(QUICK)
                .input(SPARSE)
                .run();
        assertEquals(
                List.of(
                        "the true-positive rate at 1.00 % has only 60 negative documents, expected at least 2000",
                        "the true-positive rate at 5.00 % has only 60 negative documents, expected at least 400"),
                report.warnings());
        assertTrue(report.toString().contains("Warning: the true-positive rate at 1.00 %"));
        AuditSample large = sample(1600, 3);
        int[] train = IntStream.range(0, 800).toArray();
        int[] test = IntStream.range(800, 1600).toArray();
        MonitorReport enough = Monitor.of(large, "side task", "none")
                .settings(QUICK)
                .input(MonitorInputs.constant())
                .run(MonitorSplit.of(large, "side task", "none", train, test));
        assertEquals(1, enough.warnings().size(), "400 negatives are enough for 5 %");
    }

    @Test
    void inputsWithoutAnyActiveColumnAreConstant() {
        AuditSample sample =
                AuditSample.of(Documents.plain(20)).with("empty mean", DocumentMatrix.of(new double[20][4]));
        MonitorReport report = Monitor.of(sample, "a", "b")
                .settings(QUICK)
                .input(MonitorInputs.sparse("empty", Pooling.mean(), 2), MonitorInputs.tfIdf(TextTerms.words(5, 5)))
                .run();
        assertEquals(0.5, report.scores().get(0).auroc().value());
        assertEquals(0.5, report.scores().get(1).auroc().value());
    }

    @Test
    void rejectsUnusableInputs() {
        Monitor monitor = Monitor.of(sample(40, 1), "side task", "none").settings(QUICK);
        assertThrows(InvalidInputException.class, monitor::run);
        assertThrows(InvalidInputException.class, () -> monitor.input(SPARSE, SPARSE));
        assertThrows(
                InvalidInputException.class,
                () -> monitor.input(MonitorInputs.linear("other", Pooling.mean()))
                        .run());
        assertThrows(InvalidInputException.class, () -> MonitorInputs.sparse("sae", Pooling.mean(), 0));
        assertThrows(InvalidInputException.class, () -> new MonitorSettings(List.of(0.0), 100, 199, 0));
        assertThrows(InvalidInputException.class, () -> new MonitorSettings(List.of(), 99, 199, 0));
    }
}
