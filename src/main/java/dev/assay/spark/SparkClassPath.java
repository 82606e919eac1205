package dev.assay.spark;

import com.fasterxml.jackson.core.util.VersionUtil;
import com.fasterxml.jackson.databind.cfg.PackageVersion;
import dev.assay.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Checks that the libraries that Spark and Assay share come from Spark. */
final class SparkClassPath {
    private static final String SCALA_MODULE = "com/fasterxml/jackson/module/scala/build.properties";

    private SparkClassPath() {}

    /**
     * Checks the version of Jackson. Spark's Scala module of Jackson refuses every other minor version than its own, with an exception in
     * the first job.
     *
     * @throws InvalidInputException if Jackson has another minor version than Spark's Scala module
     */
    static void check() {
        check(PackageVersion.VERSION.toString(), scalaModuleVersion());
    }

    static void check(String databind, String scalaModule) {
        var found = VersionUtil.parseVersion(databind, null, null);
        var expected = VersionUtil.parseVersion(scalaModule, null, null);
        InvalidInputException.require(
                found.getMajorVersion() == expected.getMajorVersion()
                        && found.getMinorVersion() == expected.getMinorVersion(),
                () -> "the class path has Jackson " + databind + ", expected " + scalaModule
                        + " as in Spark's jars; put Spark's jars first (--jars adds Assay after them,"
                        + " spark.driver.extraClassPath and spark.executor.extraClassPath put it before them)");
    }

    private static String scalaModuleVersion() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try (InputStream file =
                (loader == null ? SparkClassPath.class.getClassLoader() : loader).getResourceAsStream(SCALA_MODULE)) {
            InvalidInputException.require(
                    file != null, "Spark's jars lack Jackson's Scala module, expected jackson-module-scala");
            Properties properties = new Properties();
            properties.load(file);
            return properties.getProperty("version", "");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
