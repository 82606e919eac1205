package dev.assay.spark.submit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.io.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplicationJarsTest {
    @TempDir
    private Path folder;

    private SparkHome home;

    @BeforeEach
    void createHome() throws IOException {
        home = SparkHome.at(FakeSpark.jars(folder.resolve("spark")));
    }

    private String jar(String name) throws IOException {
        return Files.createFile(folder.resolve(name)).toString();
    }

    @Test
    void leavesOutLibrariesThatSparkBringsAndTheSilentLogger() throws IOException {
        String assay = jar("assay-0.1.0.jar");
        String engine = jar("api-0.36.0.jar");
        String classPath = String.join(
                ":",
                jar("jackson-core-2.22.3.jar"),
                assay,
                jar("slf4j-nop-2.0.17.jar"),
                engine,
                jar("zstd-jni-1.5.7-28.jar"));
        assertEquals(
                new ApplicationJars(assay, List.of(engine)),
                ApplicationJars.ofClassPath(classPath, home, folder.resolve("packed")));
    }

    @Test
    void packsFoldersOfClassesIntoEqualJars() throws IOException {
        Path classes = folder.resolve("classes");
        Path file = classes.resolve("dev/assay/InvalidInputException.class");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "class");
        String first = ApplicationJars.ofClassPath(classes.toString(), home, folder.resolve("a"))
                .main();
        String second = ApplicationJars.ofClassPath(classes.toString(), home, folder.resolve("b"))
                .main();
        assertEquals(Sha256.of(Path.of(first)), Sha256.of(Path.of(second)));
        try (ZipFile zip = new ZipFile(first)) {
            assertEquals(1, zip.size());
            assertTrue(zip.getEntry("dev/assay/InvalidInputException.class") != null);
        }
        Files.writeString(file, "other");
        assertNotEquals(
                Path.of(first).getFileName(),
                Path.of(ApplicationJars.ofClassPath(classes.toString(), home, folder.resolve("a"))
                                .main())
                        .getFileName());
    }

    @Test
    void leavesOutLibrariesThatJobsDoNotLoad() {
        ApplicationJars all = new ApplicationJars(
                "a.jar",
                List.of("/l/onnxruntime-1.21.1.jar", "/l/api-0.36.0.jar", "local:/l/langchain4j-core-1.19.0.jar"));
        assertEquals(List.of("/l/api-0.36.0.jar"), all.withoutUnused(false).others());
        assertEquals(
                List.of("/l/onnxruntime-1.21.1.jar", "/l/api-0.36.0.jar"),
                all.withoutUnused(true).others());
    }

    @Test
    void refersToInstalledJarsWithoutCopyingThem() throws IOException {
        Path lib = Files.createDirectory(folder.resolve("lib"));
        for (String name : List.of("assay-0.1.0.jar", "api-0.36.0.jar", "jackson-core-2.22.3.jar", "readme.txt")) {
            Files.createFile(lib.resolve(name));
        }
        assertEquals(
                new ApplicationJars(
                        "local:" + lib.resolve("assay-0.1.0.jar"), List.of("local:" + lib.resolve("api-0.36.0.jar"))),
                ApplicationJars.installed(lib, home));
    }

    @Test
    void refusesFoldersAndClassPathsWithoutAssay() {
        assertEquals(
                "the class path has no classes of Assay, expected assay-VERSION.jar",
                assertThrows(
                                InvalidInputException.class,
                                () -> ApplicationJars.ofClassPath("/nowhere/x.jar", home, folder.resolve("p")))
                        .getMessage());
        assertEquals(
                folder + " has no assay-VERSION.jar",
                assertThrows(InvalidInputException.class, () -> ApplicationJars.installed(folder, home))
                        .getMessage());
    }
}
