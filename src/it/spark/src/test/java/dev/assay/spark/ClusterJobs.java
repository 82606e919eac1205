package dev.assay.spark;

import dev.assay.run.Run;
import dev.assay.run.RunDescription;
import dev.assay.run.TextDescription;
import java.io.IOException;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** The application that {@link ClusterTest} submits. */
public final class ClusterJobs {
    static final RunDescription RUN = RunDescription.of(
            "assay/stories",
            "blocks.0.hook_resid_post",
            TextDescription.of("assay/stories/200").withContexts(32, true));
    static final long TOKENS = 16_000;
    static final int SHARD_ROWS = 1_500;
    static final long FEATURE_TOKENS = 8_000;

    private ClusterJobs() {}

    /** Runs the jobs. The arguments are the output folder and a dictionary. */
    public static void main(String[] arguments) throws IOException {
        try (JavaSparkContext spark = new JavaSparkContext(new SparkConf())) {
            SparkHarvest.of(spark, RUN)
                    .tokens(TOKENS)
                    .shardRows(SHARD_ROWS)
                    .partitions(6)
                    .write(arguments[0] + "/store");
            SparkFeatures.of(spark, arguments[1], Run.loader())
                    .tokens(FEATURE_TOKENS)
                    .contextsPerUnit(2)
                    .partitions(6)
                    .write(arguments[0] + "/features");
        }
    }
}
