package dev.assay.examples;

import dev.assay.evaluate.probe.AffineEraser;
import dev.assay.evaluate.probe.Leace;
import dev.assay.evaluate.probe.LogisticRegression;
import dev.assay.evaluate.probe.ProbeData;
import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Erases a concept, first from generated rows, then from the residual stream of a model (experiment {@code erasure}). Arguments: a folder of
 * results, and optionally {@code --quick}.
 */
public final class EraseGender {
    private static final int ROWS = 4_000;
    private static final int WIDTH = 8;

    private EraseGender() {}

    /**
     * Prints the accuracy of a probe before and after LEACE, then runs the experiment.
     *
     * @param args the folder of results; {@code --quick} for the quick form
     * @throws IOException if a file cannot be written
     */
    public static void main(String... args) throws IOException {
        eraseFromRows();
        ExperimentOptions options = ExperimentOptions.of(Path.of(args.length > 0 ? args[0] : "runs/erasure"));
        if (Arrays.asList(args).contains("--quick")) {
            options = options.asQuick();
        }
        ExperimentReport report = Experiments.run(Experiments.named("erasure"), options, System.out::println);
        System.out.println(report.table("probes"));
        System.out.println(report.table("behaviour"));
        report.findings().forEach(System.out::println);
    }

    private static void eraseFromRows() {
        ProbeData training = rows(1);
        ProbeData heldOut = rows(2);
        LogisticRegression regression = LogisticRegression.withC(1);
        AffineEraser leace = Leace.fit(training);
        double before = regression.fit(training).probe().evaluate(heldOut).accuracy();
        double after = regression
                .fit(leace.erase(training))
                .probe()
                .evaluate(leace.erase(heldOut))
                .accuracy();
        System.out.printf("generated rows: held-out accuracy %.3f, after LEACE %.3f%n", before, after);
    }

    /** Returns Gaussian rows whose label shifts the first column. */
    private static ProbeData rows(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] rows = new double[ROWS][WIDTH];
        boolean[] labels = new boolean[ROWS];
        for (int i = 0; i < ROWS; i++) {
            labels[i] = i % 2 == 0;
            for (int j = 0; j < WIDTH; j++) {
                rows[i][j] = random.nextGaussian() + (j == 0 && labels[i] ? 2 : 0);
            }
        }
        return ProbeData.of(rows, labels);
    }
}
