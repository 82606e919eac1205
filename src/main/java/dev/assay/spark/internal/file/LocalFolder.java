package dev.assay.spark.internal.file;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The folder of this process for files of running tasks on the local disk. */
public final class LocalFolder {
    private LocalFolder() {}

    /**
     * Returns the first local folder that the cluster manager gave to the application, which it deletes with the application, otherwise
     * the temporary folder of Java. The folder exists.
     */
    public static Path ofTasks() throws IOException {
        // YARN sets the first one, a standalone worker the second one, Kubernetes the third one.
        Path folder = Stream.of("LOCAL_DIRS", "SPARK_EXECUTOR_DIRS", "SPARK_LOCAL_DIRS")
                .map(System::getenv)
                .filter(folders -> folders != null && !folders.isBlank())
                .map(folders -> folders.split("[," + File.pathSeparator + "]")[0])
                .findFirst()
                .map(Path::of)
                .orElse(Path.of(System.getProperty("java.io.tmpdir")));
        return Files.createDirectories(folder);
    }
}
