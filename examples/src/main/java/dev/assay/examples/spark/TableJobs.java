package dev.assay.examples.spark;

import ai.djl.ndarray.types.DataType;
import dev.assay.run.Run;
import dev.assay.run.RunDescription;
import dev.assay.run.RunLoader;
import dev.assay.run.TextDescription;
import dev.assay.spark.SparkEvaluation;
import dev.assay.spark.SparkFeatures;
import dev.assay.spark.SparkHarvest;
import dev.assay.spark.SparkText;
import java.io.IOException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Uses a table of a Spark application as text: harvests activations, or builds the feature store of a trained dictionary and evaluates it.
 *
 * <p>{@code spark-submit --class dev.assay.examples.spark.TableJobs … examples.jar harvest TABLE OUT} or {@code … features TABLE DICTIONARY}
 */
public final class TableJobs {
    private static final long TOKENS = 1_000_000;

    private TableJobs() {}

    /**
     * Runs one job.
     *
     * @param args {@code harvest} or {@code features}, a folder of Parquet files with the columns {@code id} and {@code text}, and the
     *     folder of the activations or of the dictionary
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        try (SparkSession session = SparkSession.builder().appName("documents").getOrCreate()) {
            JavaSparkContext spark = new JavaSparkContext(session.sparkContext());
            // Contexts are cut from the rows in their order, so the order must not depend on the cluster.
            Dataset<Row> table = session.read().parquet(args[1]).orderBy("id");
            if (args[0].equals("harvest")) {
                harvest(spark, table, args[2]);
            } else {
                inspect(spark, table, args[2]);
            }
        }
    }

    private static void harvest(JavaSparkContext spark, Dataset<Row> table, String out) throws IOException {
        TextDescription options = TextDescription.of().withHeldOutEvery(0);
        RunDescription run = RunDescription.of("assay/stories", "blocks.1.hook_resid_post", options);
        SparkHarvest.Result result = SparkHarvest.of(spark, run, SparkText.of(table, "text", "my table", options))
                .tokens(TOKENS)
                .type(DataType.FLOAT16)
                .write(out);
        System.out.println(result.rows() + " activations in " + result.shards() + " shards");
    }

    private static void inspect(JavaSparkContext spark, Dataset<Row> table, String dictionary) throws IOException {
        TextDescription options = TextDescription.of();
        SparkText text = SparkText.of(table, "text", "my table", options);
        RunLoader loader = Run.loader();
        SparkFeatures.Result store = SparkFeatures.of(spark, dictionary, loader)
                .text(text)
                .tokens(TOKENS)
                .write(dictionary + "/features");
        System.out.println(store.latents() + " latents on " + store.tokens() + " tokens");
        System.out.println(
                SparkEvaluation.of(spark, dictionary, loader).text(text).run().report());
    }
}
