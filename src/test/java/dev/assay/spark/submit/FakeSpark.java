package dev.assay.spark.submit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Folders that look like installations of Spark. */
public final class FakeSpark {
    private FakeSpark() {}

    /** Creates empty jars of Spark 4.1.3 and of two libraries. */
    public static Path jars(Path folder) throws IOException {
        Path jars = Files.createDirectories(folder.resolve("jars"));
        for (String name : List.of("spark-core_2.13-4.1.3.jar", "jackson-core-2.21.2.jar", "zstd-jni-1.5.7-6.jar")) {
            Files.createFile(jars.resolve(name));
        }
        return folder;
    }

    /** Creates an installation whose spark-submit writes its arguments and the variables of the engine to a file. */
    public static Path recording(Path folder, Path file, int exitCode) throws IOException {
        Path bin = Files.createDirectories(jars(folder).resolve("bin"));
        Path script = bin.resolve("spark-submit");
        Files.writeString(script, """
                #!/bin/sh
                { printf '%%s\\n' "$@"; echo "threads $OMP_NUM_THREADS"; echo "home $SPARK_HOME"; } > '%s'
                exit %d
                """.formatted(file, exitCode));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return folder;
    }
}
