package dev.assay.spark.submit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkHomeTest {
    @TempDir
    private Path folder;

    private static String refusal(Map<String, String> environment) {
        return assertThrows(InvalidInputException.class, () -> SparkHome.find(environment))
                .getMessage();
    }

    @Test
    void findsTheFolderOfTheVariable() throws IOException {
        FakeSpark.jars(folder);
        SparkHome home = SparkHome.find(Map.of("SPARK_HOME", folder.toString(), "PATH", "/nowhere"));
        assertEquals(folder.toAbsolutePath(), home.folder());
        assertEquals("4.1.3", home.version());
    }

    @Test
    void findsTheInstallationOfAScriptThatThePathLinksTo() throws IOException {
        FakeSpark.recording(folder.resolve("spark"), folder.resolve("log"), 0);
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("spark-submit"), folder.resolve("spark/bin/spark-submit"));
        SparkHome home = SparkHome.find(Map.of("PATH", "/nowhere:" + bin));
        assertEquals(folder.resolve("spark").toRealPath(), home.folder());
    }

    @Test
    void saysWhereSparkWasLookedForWhenThereIsNone() {
        assertEquals(
                "no Apache Spark found: SPARK_HOME is not set and spark-submit is not on the PATH; expected --spark-home DIR with"
                        + " an installation of Spark 4",
                refusal(Map.of("PATH", folder.toString())));
    }

    @Test
    void namesTheVersionOfASparkThatIsTooOld() throws IOException {
        Files.createFile(Files.createDirectory(folder.resolve("jars")).resolve("spark-core_2.12-3.5.1.jar"));
        assertEquals(
                folder + " has spark-core_2.12-3.5.1.jar, expected Spark 4 with Scala 2.13",
                refusal(Map.of("SPARK_HOME", folder.toString())));
    }

    @Test
    void refusesFoldersWithoutSpark() throws IOException {
        assertEquals(
                folder + " has no folder jars, expected an installation of Spark 4",
                refusal(Map.of("SPARK_HOME", folder.toString())));
        Path jars = Files.createDirectory(folder.resolve("jars"));
        assertEquals(
                jars + " has no spark-core_2.13 jar, expected an installation of Spark 4",
                refusal(Map.of("SPARK_HOME", folder.toString())));
    }

    @Test
    void recognizesJarsThatSparkBringsInAnotherVersion() throws IOException {
        SparkHome home = SparkHome.at(FakeSpark.jars(folder));
        assertTrue(home.brings("jackson-core-2.22.3.jar"));
        assertTrue(home.brings("zstd-jni-1.5.7-28.jar"));
        assertFalse(home.brings("jackson-dataformat-yaml-2.22.3.jar"));
        assertFalse(home.brings("api-0.36.0.jar"));
        assertFalse(home.brings("jackson-core-1.0.0-M2.1.jar"), "another artifact of the same name");
    }

    @Test
    void namesOfJarsKeepTheirPlatform() {
        assertEquals(
                List.of(
                        "javacpp",
                        "javacpp-linux-x86_64",
                        "nd4j-native",
                        "nd4j-native-linux-x86_64",
                        "assay",
                        "zstd-jni"),
                List.of(
                                "javacpp-1.5.7.jar",
                                "javacpp-1.5.7-linux-x86_64.jar",
                                "nd4j-native-1.0.0-M2.1.jar",
                                "nd4j-native-1.0.0-M2.1-linux-x86_64.jar",
                                "assay-0.1.0.jar",
                                "zstd-jni-1.5.7-28.jar")
                        .stream()
                        .map(name -> JarName.of(name).artifact())
                        .toList());
        assertEquals("pytorch-jni", JarName.of("pytorch-jni-2.7.1-0.36.0.jar").artifact());
        assertEquals("spark-core_2.13", JarName.of("spark-core_2.13-4.1.3.jar").artifact());
    }

    @Test
    void startsJavaWithoutAScript() throws IOException {
        List<String> words = SparkHome.at(FakeSpark.jars(folder)).submit(List.of("-Xmx1g"));
        assertTrue(words.get(0).endsWith("java"), words.get(0));
        assertTrue(words.contains("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"));
        assertEquals(
                List.of(
                        "-Xmx1g",
                        "-cp",
                        folder.resolve("jars").resolve("*").toString(),
                        "org.apache.spark.deploy.SparkSubmit"),
                words.subList(words.size() - 4, words.size()));
    }
}
