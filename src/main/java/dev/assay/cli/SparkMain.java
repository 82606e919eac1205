package dev.assay.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** The main class of {@code spark-submit}: runs a command {@code assay spark} in the driver. */
public final class SparkMain {
    private SparkMain() {}

    /**
     * Runs a job. A job that fails ends the process with its exit code.
     *
     * @param arguments the job with its options, such as {@code harvest --out hdfs:///activations …}
     */
    public static void main(String[] arguments) {
        List<String> all = new ArrayList<>(List.of("spark", SparkCommand.DRIVER));
        all.addAll(List.of(arguments));
        int code = Assay.run(
                new PrintWriter(System.out, true), new PrintWriter(System.err, true), all.toArray(String[]::new));
        if (code != 0) { // an application in cluster mode that ends by itself has succeeded
            System.exit(code);
        }
    }
}
