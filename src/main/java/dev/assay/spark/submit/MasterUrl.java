package dev.assay.spark.submit;

import dev.assay.InvalidInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The URL of a cluster manager, as {@code spark-submit --master} accepts it.
 *
 * @param url the URL
 * @param kind the cluster manager
 */
record MasterUrl(String url, Kind kind) {
    /** Where the executors of an application run. */
    enum Kind {
        /** In the driver. */
        LOCAL(Pattern.compile("local(\\[(\\d+|\\*)(,\\d+)?])?")),
        /** In processes of this machine, which Spark starts for tests. */
        LOCAL_CLUSTER(Pattern.compile("local-cluster\\[\\d+,\\d+,\\d+]")),
        /** On the workers of Spark's own cluster manager. */
        STANDALONE(Pattern.compile("spark://[^/]+:\\d+(,[^/]+:\\d+)*")),
        /** In containers of Hadoop. */
        YARN(Pattern.compile("yarn")),
        /** In pods. */
        KUBERNETES(Pattern.compile("k8s://.+"));

        private final Pattern form;

        Kind(Pattern form) {
            this.form = form;
        }
    }

    private static final Pattern LOCAL_THREADS = Pattern.compile("local\\[(\\d+)(,\\d+)?]");

    static MasterUrl of(String url) {
        for (Kind kind : Kind.values()) {
            if (kind.form.matcher(url).matches()) {
                return new MasterUrl(url, kind);
            }
        }
        throw new InvalidInputException(
                "--master is \"" + url + "\", expected local[N], spark://HOST:PORT, yarn or k8s://https://HOST:PORT");
    }

    /** Returns the number of cores of {@code local} and {@code local[N]}; 0 if the URL does not state it. */
    int localCores() {
        Matcher threads = LOCAL_THREADS.matcher(url);
        return threads.matches() ? Integer.parseInt(threads.group(1)) : url.equals("local") ? 1 : 0;
    }
}
