package dev.assay.spark;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Turns failures of Spark's jobs into the failure of the task that caused them. */
final class SparkFailures {
    private SparkFailures() {}

    /** A job of Spark. */
    interface Job<T> {
        /** Runs the job. */
        T run() throws IOException;
    }

    /**
     * Runs a job.
     *
     * @throws InvalidInputException if a task found unusable input
     * @throws IOException if a file could not be read or written, or the job was lost for another reason; the message is one sentence
     */
    static <T> T run(Job<T> job) throws IOException {
        try {
            return job.run();
        } catch (InvalidInputException | IOException known) {
            throw known;
        } catch (Exception failure) { // Scala throws checked exceptions without declaring them
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof InvalidInputException input) {
                    throw new InvalidInputException(input.getMessage(), failure);
                }
                if (cause instanceof IOException files && files.getMessage() != null) {
                    throw new IOException(files.getMessage(), failure);
                }
            }
            if (failure.getClass().getName().startsWith("org.apache.spark.")) {
                throw new IOException(firstLine(failure), failure);
            }
            throw failure;
        }
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("the Spark job failed");
    }

    /** Waits for a task of the driver. */
    static void await(Future<?> task) throws IOException {
        try {
            task.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof IOException files) {
                throw files;
            }
            throw new IllegalStateException(failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the job was interrupted");
        }
    }
}
