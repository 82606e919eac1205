package dev.assay.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Compares the documented lines that load native libraries with the build. */
class NotebookDocumentationTest {
    private static final Pattern NATIVE = Pattern.compile("%maven ([\\w.]+):([\\w-]+):jar:([\\w-]+):(\\S+)");

    @Test
    void documentedNativesMatchTheBuild() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        var lines = NATIVE.matcher(Files.readString(Path.of("docs/notebooks.md")))
                .results()
                .toList();
        assertEquals(16, lines.size(), "four libraries for four platforms");
        for (MatchResult line : lines) {
            assertEquals(version(pom, line.group(1), line.group(2)), line.group(4), line.group());
            String platform = line.group(2).equals("pytorch-native-cpu") ? "djl" : "javacpp";
            assertTrue(pom.contains("<" + platform + ".platform>" + line.group(3) + "<"), line.group());
        }
    }

    private static String version(String pom, String group, String artifact) {
        String declared = first(
                pom,
                "<groupId>" + Pattern.quote(group) + "</groupId>\\s*<artifactId>" + artifact
                        + "</artifactId>\\s*<version>([^<]+)<");
        return declared.startsWith("${")
                ? first(pom, "<" + Pattern.quote(declared.substring(2, declared.length() - 1)) + ">([^<]+)<")
                : declared;
    }

    private static String first(String text, String expression) {
        Matcher matcher = Pattern.compile(expression).matcher(text);
        assertTrue(matcher.find(), expression);
        return matcher.group(1);
    }
}
