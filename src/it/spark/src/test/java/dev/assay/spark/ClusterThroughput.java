package dev.assay.spark;

import ai.djl.Device;
import dev.assay.activation.store.ActivationStore;
import dev.assay.run.RunDescription;
import dev.assay.run.SourceModel;
import dev.assay.run.TextDescription;
import dev.assay.tensor.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Measures the harvest of two executors with one thread each against that of one process with two threads, in alternation, after a first
 * harvest of each. Not a test; the numbers are in docs/spark.md.
 */
public final class ClusterThroughput {
    private static final int SHARD_ROWS = 16_384;
    /** A story has more tokens, so the text is long enough and not much longer. */
    private static final int TOKENS_OF_A_STORY = 70;

    private ClusterThroughput() {}

    /** Starts a cluster and submits itself. The arguments are a new folder, the number of tokens and the number of pairs. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[0]);
        long start = System.nanoTime();
        try (StandaloneCluster cluster = new StandaloneCluster(folder.resolve("cluster"))) {
            System.out.printf(Locale.ROOT, "master and workers: %.1f s%n", seconds(start));
            cluster.submit(Measurement.class, List.of(), List.of(arguments), 3600);
            cluster.log("application")
                    .lines()
                    .filter(line -> line.startsWith("measured"))
                    .forEach(System.out::println);
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    /** The application. */
    public static final class Measurement {
        private Measurement() {}

        /** Runs the harvests. The arguments are those of the outer class. */
        public static void main(String[] arguments) throws IOException {
            Path folder = Path.of(arguments[0]);
            long tokens = Long.parseLong(arguments[1]);
            int pairs = Integer.parseInt(arguments[2]);
            RunDescription run = RunDescription.of(
                    "assay/stories",
                    "blocks.1.hook_resid_post",
                    TextDescription.of("assay/stories/" + tokens / TOKENS_OF_A_STORY));
            long start = System.nanoTime();
            try (JavaSparkContext spark = new JavaSparkContext(new SparkConf());
                    SourceModel model = SourceModel.open(run, run.hooks(), Device.cpu())) {
                print("context %.1f s", seconds(start));
                start = System.nanoTime();
                distributed(spark, run, folder.resolve("first"), 2L * SHARD_ROWS);
                print(
                        "first harvest of %d tokens with the start of the executors %.1f s",
                        2 * SHARD_ROWS, seconds(start));
                single(model, run, folder.resolve("first-single"), SHARD_ROWS);
                double[] ratios = new double[pairs];
                for (int pair = 0; pair < pairs; pair++) {
                    double cluster = distributed(spark, run, folder.resolve("cluster-" + pair), tokens);
                    double one = single(model, run, folder.resolve("single-" + pair), tokens);
                    ratios[pair] = one / cluster;
                    print(
                            "two executors %.0f, one process %.0f tokens/s, ratio %.3f",
                            tokens / cluster, tokens / one, ratios[pair]);
                }
                Arrays.sort(ratios);
                print("ratio quartiles %.3f %.3f %.3f", ratios[pairs / 4], ratios[pairs / 2], ratios[pairs * 3 / 4]);
            }
        }

        private static void print(String format, Object... values) {
            System.out.printf(Locale.ROOT, "measured: " + format + "%n", values);
        }

        private static double distributed(JavaSparkContext spark, RunDescription run, Path out, long tokens)
                throws IOException {
            long start = System.nanoTime();
            SparkHarvest.of(spark, run)
                    .tokens(tokens)
                    .shardRows(SHARD_ROWS)
                    .partitions(2)
                    .write(out.toString());
            return seconds(start);
        }

        private static double single(SourceModel model, RunDescription run, Path out, long tokens) throws IOException {
            Threads.set(2);
            Files.createDirectories(out);
            long start = System.nanoTime();
            ActivationStore.write(model.source(run.corpus(model.tokenizer())), out)
                    .tokens(tokens)
                    .shardRows(SHARD_ROWS)
                    .progress(false)
                    .run();
            return seconds(start);
        }
    }
}
