package dev.assay.spark.submit;

import dev.assay.InvalidInputException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An installation of Apache Spark on this machine: a folder with {@code jars/}. A folder without {@code bin/spark-submit}, such as one with
 * jars from a Maven repository, is started with Java itself.
 */
public final class SparkHome {
    /** The environment variable with the folder of an installation. */
    public static final String VARIABLE = "SPARK_HOME";

    private static final String SCALA = "2.13";
    private static final int LEAST_VERSION = 4;
    private static final Pattern CORE = Pattern.compile("spark-core_(\\d+\\.\\d+)-(\\d+)([\\w.-]*)\\.jar");

    /** The packages of Java that Spark accesses by reflection. Its own scripts open them as well. */
    private static final List<String> OPENED = List.of(
            "java.base/java.lang",
            "java.base/java.lang.invoke",
            "java.base/java.lang.reflect",
            "java.base/java.io",
            "java.base/java.net",
            "java.base/java.nio",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.base/java.util.concurrent.atomic",
            "java.base/jdk.internal.ref",
            "java.base/sun.nio.ch",
            "java.base/sun.nio.cs",
            "java.base/sun.security.action",
            "java.base/sun.util.calendar",
            "java.security.jgss/sun.security.krb5");

    private final Path folder;
    private final String version;
    private final Set<JarName> jars;

    private SparkHome(Path folder, String version, Set<JarName> jars) {
        this.folder = folder;
        this.version = version;
        this.jars = jars;
    }

    /**
     * Opens an installation.
     *
     * @param folder the folder with {@code jars/}
     * @return the installation
     * @throws IOException if the folder cannot be read
     * @throws InvalidInputException if the folder has no Spark, or one of another version than 4 with Scala 2.13
     */
    public static SparkHome at(Path folder) throws IOException {
        Path libraries = folder.resolve("jars");
        InvalidInputException.require(
                Files.isDirectory(libraries),
                () -> folder + " has no folder jars, expected an installation of Spark 4");
        List<String> names;
        try (Stream<Path> files = Files.list(libraries)) {
            names = files.map(file -> file.getFileName().toString()).sorted().toList();
        }
        Matcher core = names.stream()
                .map(CORE::matcher)
                .filter(Matcher::matches)
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(
                        libraries + " has no spark-core_" + SCALA + " jar, expected an installation of Spark 4"));
        InvalidInputException.require(
                core.group(1).equals(SCALA) && Integer.parseInt(core.group(2)) >= LEAST_VERSION,
                () -> folder + " has " + core.group() + ", expected Spark 4 with Scala " + SCALA);
        Set<JarName> brought = new HashSet<>();
        names.forEach(name -> brought.add(JarName.of(name)));
        return new SparkHome(folder.toAbsolutePath().normalize(), core.group(2) + core.group(3), brought);
    }

    /**
     * Finds the installation of {@code SPARK_HOME}, or of the {@code spark-submit} on the {@code PATH}.
     *
     * @param environment the environment variables
     * @return the installation
     * @throws IOException if a folder cannot be read
     * @throws InvalidInputException if there is none
     */
    public static SparkHome find(Map<String, String> environment) throws IOException {
        String home = environment.getOrDefault(VARIABLE, "");
        if (!home.isEmpty()) {
            return at(Path.of(home));
        }
        for (String entry : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path script = Path.of(entry.isEmpty() ? "." : entry).resolve("spark-submit");
            if (Files.isExecutable(script)) {
                Path parent = script.toRealPath().getParent().getParent();
                if (parent != null && Files.isDirectory(parent.resolve("jars"))) {
                    return at(parent);
                }
            }
        }
        throw new InvalidInputException(
                "no Apache Spark found: " + VARIABLE
                        + " is not set and spark-submit is not on the PATH; expected --spark-home DIR with an installation of Spark 4");
    }

    /** {@return the absolute path of the folder} */
    public Path folder() {
        return folder;
    }

    /** {@return the version of Spark, such as 4.1.0} */
    public String version() {
        return version;
    }

    /**
     * Returns whether Spark brings an artifact itself. Its classes precede those of applications. Artifacts of different groups can have
     * the same name, so the major version must be the same, too.
     *
     * @param jar the name of a jar, such as {@code jackson-core-2.22.3.jar}
     * @return whether a jar of the same artifact and major version is in {@code jars/}
     */
    public boolean brings(String jar) {
        return jars.contains(JarName.of(jar));
    }

    /**
     * Returns the start of a command line that submits an application.
     *
     * @param driverOptions options of Java for the driver, which the script finds among the arguments
     * @return {@code bin/spark-submit}, or Java with the main class of Spark
     */
    List<String> submit(List<String> driverOptions) {
        Path script = folder.resolve("bin").resolve("spark-submit");
        if (Files.exists(script)) {
            return List.of(script.toString());
        }
        List<String> java = new ArrayList<>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        OPENED.forEach(opened -> java.add("--add-opens=" + opened + "=ALL-UNNAMED"));
        java.addAll(driverOptions);
        java.addAll(
                List.of("-cp", folder.resolve("jars").resolve("*").toString(), "org.apache.spark.deploy.SparkSubmit"));
        return java;
    }

    /** Returns the environment of the submitting process. */
    Map<String, String> environment() {
        // Without the script, Spark derives the Scala version from folders of its own build.
        return Map.of(VARIABLE, folder.toString(), "SPARK_SCALA_VERSION", SCALA);
    }
}
