package dev.assay.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.bench.ClusterCost;
import dev.assay.train.sharded.StepTraffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The computed tables of docs/spark.md equal the formulas that they quote. */
class CostTablesTest {
    private static final Path PAGE = Path.of("docs/spark.md");
    private static final int SLICES = 1024;
    private static final int BATCH = 4096;
    private static final int WIDTH = 512;
    /** Seconds of a step per latent, and of the part that every worker repeats. */
    private static final double STEP_SECONDS = 0.55 / 16_384;

    private static final double REPEATED_SECONDS = 0.01;
    /** Tables have two to three digits. */
    private static final double TOLERANCE = 0.03;

    @Test
    void shardedTrainingTableEqualsTheFormula() throws IOException {
        StepTraffic.Sizes sizes = new StepTraffic.Sizes(BATCH, WIDTH, WIDTH, 32, false, true);
        List<double[]> rows = rows("| latents | workers |");
        assertEquals(21, rows.size());
        for (double[] row : rows) {
            double latents = row[0];
            int workers = (int) row[1];
            StepTraffic traffic = StepTraffic.of(sizes, SLICES, workers, StepTraffic.Auxiliary.NONE);
            double network = traffic.seconds(StepTraffic.Network.usual());
            double whole = STEP_SECONDS * latents;
            double step = REPEATED_SECONDS + (whole - REPEATED_SECONDS) / workers + network;
            double parameters = 2 * latents * WIDTH + latents + WIDTH;
            double state = 3 * Float.BYTES * (Math.ceil(latents / workers) * (2 * WIDTH + 1) + WIDTH);
            double gradients = 2 * Float.BYTES * parameters * (workers - 1) / workers;
            assertRow(row, traffic.bytes() / 1e6, network * 1e3, step, whole / step, gradients / 1e6, state / 1e6);
        }
    }

    @Test
    void tableOfJobsEqualsTheFormula() throws IOException {
        List<double[]> rows = rows("| job | seconds on one slot |");
        assertEquals(9, rows.size());
        for (double[] row : rows) {
            ClusterCost cost = ClusterCost.usual(row[1]);
            int slots = (int) row[2];
            assertEquals(cost.seconds(slots), row[3], TOLERANCE * row[3]);
            assertEquals(cost.speedup(slots), row[4], 0.5 + TOLERANCE * row[4]);
            assertEquals(cost.taskSeconds(slots), row[5], 0.5);
        }
    }

    @Test
    void oneSlotHasNoDelay() {
        ClusterCost cost = new ClusterCost(100, 5, 3, 0.5, 2, 0.1);
        assertEquals(5 + 100 + 2 * 0.5 + 3, cost.seconds(1), 1e-12);
        assertEquals(100 / 109.0, cost.speedup(1), 1e-12);
    }

    private static void assertRow(double[] row, double... expected) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], row[i + 2], TOLERANCE * expected[i] + 0.05, Arrays.toString(row));
        }
    }

    /** Returns the rows of the table that starts with a heading; cells without a number are NaN. */
    private static List<double[]> rows(String heading) throws IOException {
        List<String> lines = Files.readAllLines(PAGE);
        int start = 0;
        while (!lines.get(start).startsWith(heading)) {
            start++;
        }
        return lines.stream()
                .skip(start + 2L)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Stream.of(line.substring(1).split("\\|"))
                        .mapToDouble(CostTablesTest::number)
                        .toArray())
                .toList();
    }

    private static double number(String cell) {
        String digits = cell.replaceAll("[^0-9.]", "");
        return digits.isEmpty() ? Double.NaN : Double.parseDouble(digits);
    }
}
