package dev.assay.spark;

import ai.djl.Device;
import dev.assay.activation.store.ActivationStore;
import dev.assay.run.Run;
import dev.assay.run.RunDescription;
import dev.assay.run.RunLoader;
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
 * Measures harvest and feature store of two executors with one thread each against one process with two threads, in alternation, after a first
 * job of each. Not a test; the numbers are in docs/spark.md.
 */
public final class ClusterThroughput {
    private static final int SHARD_ROWS = 16_384;
    /** Small enough for equal halves. */
    private static final int CONTEXTS_PER_UNIT = 64;
    /** A story has more tokens, so the text is long enough and not much longer. */
    private static final int TOKENS_OF_A_STORY = 70;

    private ClusterThroughput() {}

    /** Starts a cluster and submits itself. The arguments are a new folder, the number of tokens, the number of pairs and a dictionary. */
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
            RunLoader loader = Run.loader()
                    .text("assay/stories/" + tokens / TOKENS_OF_A_STORY)
                    .featureTokens(tokens);
            long start = System.nanoTime();
            try (JavaSparkContext spark = new JavaSparkContext(new SparkConf());
                    SourceModel model = SourceModel.open(run, run.hooks(), Device.cpu());
                    Run dictionary = loader.open(Path.of(arguments[3]))) {
                print("context %.1f s", seconds(start));
                start = System.nanoTime();
                distributed(spark, run, folder.resolve("first"), 2L * SHARD_ROWS);
                print(
                        "first harvest of %d tokens with the start of the executors %.1f s",
                        2 * SHARD_ROWS, seconds(start));
                single(model, run, folder.resolve("first-single"), SHARD_ROWS);
                Timing here = pair -> single(model, run, folder.resolve("single-" + pair), tokens);
                measure(
                        "harvest",
                        tokens,
                        pairs,
                        pair -> distributed(spark, run, folder.resolve("cluster-" + pair), tokens),
                        here);
                Timing features =
                        pair -> features(spark, arguments[3], loader, folder.resolve("store-" + pair), tokens);
                features.seconds(-1);
                Timing featuresHere = pair -> features(dictionary);
                featuresHere.seconds(-1);
                measure("features", tokens, pairs, features, featuresHere);
            }
        }

        private static void measure(String name, long tokens, int pairs, Timing cluster, Timing single)
                throws IOException {
            double[] ratios = new double[pairs];
            for (int pair = 0; pair < pairs; pair++) {
                double two = cluster.seconds(pair);
                double one = single.seconds(pair);
                ratios[pair] = one / two;
                print(
                        "%s: two executors %.0f, one process %.0f tokens/s, ratio %.3f",
                        name, tokens / two, tokens / one, ratios[pair]);
            }
            Arrays.sort(ratios);
            print(
                    "%s: ratio quartiles %.3f %.3f %.3f",
                    name, ratios[pairs / 4], ratios[pairs / 2], ratios[pairs * 3 / 4]);
        }

        /** Runs a job and returns its time. */
        private interface Timing {
            double seconds(int pair) throws IOException;
        }

        private static double features(JavaSparkContext spark, String name, RunLoader loader, Path out, long tokens)
                throws IOException {
            long start = System.nanoTime();
            SparkFeatures.of(spark, name, loader)
                    .tokens(tokens)
                    .contextsPerUnit(CONTEXTS_PER_UNIT)
                    .partitions(2)
                    .write(out.toString());
            return seconds(start);
        }

        private static double features(Run run) throws IOException {
            Threads.set(2);
            SweepTask.delete(run.layout().features());
            long start = System.nanoTime();
            run.collectFeatures(read -> {});
            return seconds(start);
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
