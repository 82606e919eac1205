package dev.assay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Checks that the Java snippets of the README are part of a program that the integration tests compile and run. */
class ReadmeTest {
    private static final Pattern JAVA_BLOCK = Pattern.compile("(?ms)^```java\\n(.*?)^```$");
    private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");

    @Test
    void snippetsArePartOfCompiledProgram() throws IOException {
        String program = flat(Files.readString(Path.of("src/it/readme/src/main/java/Readme.java")));
        List<String> snippets = firstGroups(JAVA_BLOCK);
        assertEquals(2, snippets.size());
        for (String snippet : snippets) {
            assertTrue(program.contains(flat(snippet)), () -> "not in Readme.java:\n" + snippet);
        }
    }

    @Test
    void coordinatesMatchBuild() throws IOException {
        Matcher project = VERSION.matcher(Files.readString(Path.of("pom.xml")));
        assertTrue(project.find());
        assertEquals(List.of(project.group(1)), firstGroups(VERSION));
    }

    private static List<String> firstGroups(Pattern pattern) throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        return pattern.matcher(readme).results().map(found -> found.group(1)).toList();
    }

    /** Returns the lines without indentation, which differs between class and page. */
    private static String flat(String text) {
        return text.lines().map(String::strip).reduce("", (above, line) -> above + line + "\n");
    }
}
