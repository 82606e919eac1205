package dev.assay.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** The Spark of all test classes: two threads of this process, started by the first test. */
final class LocalSpark {
    private LocalSpark() {}

    /** Returns the context, which ends with the process. */
    static JavaSparkContext context() {
        return Holder.CONTEXT;
    }

    private static final class Holder {
        private static final JavaSparkContext CONTEXT = new JavaSparkContext(new SparkConf()
                .setMaster("local[2]")
                .setAppName("assay")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1"));
    }
}
