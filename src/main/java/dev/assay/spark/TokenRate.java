package dev.assay.spark;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.AccumulatorV2;
import org.apache.spark.util.LongAccumulator;

/** The progress of a job in Spark's user interface: tokens, and tokens per second of task time, per task and for the stage. */
final class TokenRate implements java.io.Serializable {
    private static final long serialVersionUID = 1;

    private final LongAccumulator tokens;
    private final PerSecond perSecond = new PerSecond();

    /** Registers the accumulators. */
    TokenRate(JavaSparkContext spark) {
        tokens = spark.sc().longAccumulator("tokens");
        spark.sc().register(perSecond, "tokens per second and task");
    }

    /** Adds tokens that the running task has processed in some time. */
    void add(long count, long nanoseconds) {
        tokens.add(count);
        perSecond.add(new long[] {count, nanoseconds});
    }

    /** Returns the number of tokens of all tasks that have reported; a repeated task counts twice. */
    long tokens() {
        return tokens.value();
    }

    /** Divides sums of tokens by sums of time. */
    static final class PerSecond extends AccumulatorV2<long[], Double> {
        private static final long serialVersionUID = 1;

        private long count;
        private long nanoseconds;

        @Override
        public boolean isZero() {
            return count == 0 && nanoseconds == 0;
        }

        @Override
        public AccumulatorV2<long[], Double> copy() {
            PerSecond copy = new PerSecond();
            copy.count = count;
            copy.nanoseconds = nanoseconds;
            return copy;
        }

        @Override
        public void reset() {
            count = 0;
            nanoseconds = 0;
        }

        @Override
        public void add(long[] measured) {
            count += measured[0];
            nanoseconds += measured[1];
        }

        @Override
        public void merge(AccumulatorV2<long[], Double> other) {
            PerSecond measured = (PerSecond) other;
            count += measured.count;
            nanoseconds += measured.nanoseconds;
        }

        @Override
        public Double value() {
            return nanoseconds == 0 ? 0.0 : Math.round(count * 1e10 / nanoseconds) / 10.0;
        }
    }
}
