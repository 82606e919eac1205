package dev.assay.spark;

import dev.assay.io.JsonObject;
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
