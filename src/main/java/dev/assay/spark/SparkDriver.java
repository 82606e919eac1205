package dev.assay.spark;

import dev.assay.io.JsonObject;
import dev.assay.run.RunDescription;
import dev.assay.run.RunLoader;
import java.io.IOException;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The driver of an application that {@code spark-submit} has started. Its methods create the jobs of the commands {@code assay spark};
 * applications with a context of their own use the classes of the jobs.
 */
public final class SparkDriver implements AutoCloseable {
    private final JavaSparkContext spark;

    private SparkDriver(JavaSparkContext spark) {
        this.spark = spark;
    }

    /**
     * Starts Spark with the options of {@code spark-submit}.
     *
     * @return the driver, to be closed
     * @throws dev.assay.InvalidInputException if the class path has other versions of shared libraries than Spark expects
     */
    public static SparkDriver start() {
        SparkClassPath.check();
        return new SparkDriver(new JavaSparkContext(new SparkConf()));
    }

    /**
     * Creates a harvest.
     *
     * @param run the model, the sites and the text
     * @return the harvest, with the note of {@code assay harvest}
     * @throws IOException if the model cannot be read
     */
    public SparkHarvest harvest(RunDescription run) throws IOException {
        NativeLibraries.start(spark.getConf().getInt("spark.task.cpus", 1));
        try (var lease = ModelHolder.ofProcess().source(run, "")) {
            RunDescription resolved =
                    run.withText(run.text().resolved(lease.model().tokenizer()));
            return SparkHarvest.of(spark, resolved).note(resolved.harvestNote());
        }
    }

    /**
     * Creates the job of a feature store.
     *
     * @param dictionary the name of the dictionary
     * @param loader the options of opening it
     * @return the job with default options
     */
    public SparkFeatures features(String dictionary, RunLoader loader) {
        return SparkFeatures.of(spark, dictionary, loader);
    }

    /**
     * Creates an evaluation.
     *
     * @param dictionary the name of the dictionary
     * @param loader the options of opening it
     * @return the evaluation with default options
     */
    public SparkEvaluation evaluation(String dictionary, RunLoader loader) {
        return SparkEvaluation.of(spark, dictionary, loader);
    }

    /**
     * Deletes the files of lost tasks or of an abandoned job.
     *
     * @param folder the output folder of a job that is not running
     * @return the names of the deleted files of attempts
     * @throws IOException if a file cannot be deleted
     */
    public List<String> clean(String folder) throws IOException {
        return JobFolder.of(folder, spark.hadoopConfiguration()).abandon();
    }

    /**
     * Creates a sweep.
     *
     * @param fields the content of a sweep file
     * @param out the output folder, on any Hadoop file system
     * @return the sweep with default options
     */
    public SparkSweep sweep(JsonObject fields, String out) {
        return SparkSweep.of(spark, fields, out);
    }

    @Override
    public void close() {
        spark.close();
    }
}
