package dev.assay.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Compares the declarations in docs/extending.md with the files under examples/, which the build compiles and runs. White space and comments
 * are ignored. An ellipsis, or a line {@code // ...}, stands for any number of tokens.
 */
class DocumentedExcerptsTest {
    private static final Path PAGE = Path.of("docs/extending.md");

    private record Source(Path path, String text) {
        static Source read(Path path) {
            try {
                return new Source(path, normalized(Files.readString(path)));
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
    }

    @Test
    void declarationsAreExcerptsOfTheExamples() throws IOException {
        List<Source> sources = sources();
        List<String> wrong = new ArrayList<>();
        int compared = 0;
        for (MarkdownFile.Block block : MarkdownFile.read(PAGE).blocks()) {
            if (!DocumentedJavaTest.isExcerpt(block)) {
                continue;
            }
            compared++;
            List<String> lines = block.text().lines().toList();
            int matching = sources.stream()
                    .mapToInt(source -> matchingLines(lines, source.text))
                    .max()
                    .orElseThrow();
            if (matching < lines.size()) {
                wrong.add(PAGE + ":" + (block.line() + matching) + ": no example continues with: "
                        + lines.get(matching).strip());
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(compared >= 9, "excerpts: " + compared);
    }

    @Test
    void changedLineIsFound() {
        String source =
                normalized("class A {\n  /** Javadoc. */\n  int f() { return 1; }\n  int g() { return 2; }\n}\n");
        assertEquals(3, matchingLines(List.of("class A {", "…", "int g() { return 2; } }"), source));
        assertEquals(2, matchingLines(List.of("class A {", "…", "int g() { return 3; } }"), source));
        assertEquals(1, matchingLines(List.of("class A {", "int g() { return 2; } }"), source));
    }

    /** Returns how many of the first lines of an excerpt occur in the source in this order, without gaps other than elisions. */
    private static int matchingLines(List<String> lines, String source) {
        for (int count = lines.size(); count > 0; count--) {
            if (contains(source, lines.subList(0, count))) {
                return count;
            }
        }
        return 0;
    }

    private static boolean contains(String source, List<String> lines) {
        String excerpt = String.join("\n", lines).replaceAll("(?m)^\\s*// \\.\\.\\.\\s*$", "…");
        int position = 0;
        for (String part : excerpt.split("…")) {
            String wanted = normalized(part);
            int found = source.indexOf(wanted, position);
            if (found < 0) {
                return false;
            }
            position = found + wanted.length();
        }
        return true;
    }

    /** Returns code without comments and white space. */
    private static String normalized(String code) {
        return code.replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("//.*", "").replaceAll("\\s+", "");
    }

    private static List<Source> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("examples/src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(Source::read)
                    .toList();
        }
    }
}
