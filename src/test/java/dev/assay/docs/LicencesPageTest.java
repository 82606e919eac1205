package dev.assay.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Compares the page that the release profile writes with the class path of the tests. */
class LicencesPageTest {
    private static final Pattern ROW = Pattern.compile(
            "\\| `[\\w.-]+:([\\w.-]+)` \\| (\\S+) \\| (?:Apache-2.0|MIT|BSD-2-Clause|BSD-3-Clause)\\b.*");
    /** Libraries of tests, of kernels and of Spark, which Assay does not bring. */
    private static final Pattern NOT_LISTED = Pattern.compile(
            "(?:junit-|opentest4j|apiguardian|archunit|jeromq|jnacl|jjava|rapaio|jupyter-jvm|surefire|spark-|scala-|hadoop-).*");

    @Test
    void pageListsTheLibrariesOfTheClassPath() throws IOException {
        Set<String> listed = Files.readAllLines(Path.of("docs/licenses.md")).stream()
                .map(ROW::matcher)
                .filter(row -> row.matches())
                .map(row -> row.group(1) + "-" + row.group(2))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> used = new TreeSet<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path file = Path.of(entry);
            // A repository names the folders of an artifact after it and its version.
            if (entry.endsWith(".jar") && file.getNameCount() > 3) {
                String artifact = file.getParent().getParent().getFileName() + "-"
                        + file.getParent().getFileName();
                if (file.getFileName().toString().startsWith(artifact)
                        && !NOT_LISTED.matcher(artifact).matches()) {
                    used.add(artifact);
                }
            }
        }
        assertFalse(used.isEmpty(), "no jars of a Maven repository on the class path");
        assertEquals(used, listed);
    }
}
