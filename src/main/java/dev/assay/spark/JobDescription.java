package dev.assay.spark;

import org.apache.spark.api.java.JavaSparkContext;

/** The name of the running job in Spark's user interface. */
final class JobDescription implements AutoCloseable {
    private final JavaSparkContext spark;

    private JobDescription(JavaSparkContext spark) {
        this.spark = spark;
    }

    /** Names the jobs that this thread starts until the description is closed. */
    static JobDescription set(JavaSparkContext spark, String description) {
        spark.setJobDescription(description);
        return new JobDescription(spark);
    }

    @Override
    public void close() {
        spark.setJobDescription(null);
    }
}
