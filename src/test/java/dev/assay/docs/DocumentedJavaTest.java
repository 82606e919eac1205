package dev.assay.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.cli.Assay;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import scala.Function1;

/** Compiles all Java snippets of the documentation in one run of javac. */
class DocumentedJavaTest {
    private static final Pattern TYPE = Pattern.compile(
            "(?m)^(?:(?:public |private |static |final |abstract )*(?:class|record|interface|enum) \\w+|@Override$)");
    /** The page whose declarations are excerpts of the examples. */
    private static final Path EXCERPTS = Path.of("docs/extending.md");

    /** What a reader supplies: snippets inherit these names, and may declare locals of the same name. */
    private static final Path PRELUDE = Path.of("src/test/resources/docs/Prelude.java.txt");

    @TempDir
    private Path classes;

    private record Source(MarkdownFile.Block block, String name, String text, int linesBefore) {}

    @Test
    void everySnippetCompiles() throws IOException {
        String imports = imports();
        List<Source> sources = new ArrayList<>();
        for (MarkdownFile page : MarkdownFile.all()) {
            for (MarkdownFile.Block block : page.blocks()) {
                if (isExcerpt(block)) {
                    continue;
                }
                if (block.language().equals("java")
                        || block.language().isEmpty() && block.text().contains("TextSource ")) {
                    sources.add(source(block, "Snippet" + sources.size(), imports));
                }
            }
        }
        assertTrue(sources.size() >= 28, "snippets: " + sources.size());

        List<JavaFileObject> files = new ArrayList<>();
        files.add(file("Prelude", imports + Files.readString(PRELUDE)));
        sources.forEach(source -> files.add(file(source.name, source.text)));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        List<String> options = List.of("-proc:none", "-d", classes.toString(), "-classpath", classPath());
        compiler.getTask(null, null, problems, options, null, files).call();
        List<String> errors = problems.getDiagnostics().stream()
                .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                .map(problem -> "\n" + place(problem, sources) + ": " + problem.getMessage(null))
                .toList();
        assertEquals(List.of(), errors);
    }

    /** Whether a snippet is an excerpt of an example, which {@link DocumentedExcerptsTest} compares. */
    static boolean isExcerpt(MarkdownFile.Block block) {
        return block.page().equals(EXCERPTS)
                && block.language().equals("java")
                && TYPE.matcher(block.text()).find();
    }

    /** Returns the folders and jars of the types that snippets use, whatever class loader runs this test. */
    private static String classPath() {
        return Stream.of(
                        Assay.class,
                        NDArray.class,
                        JsonNode.class,
                        CommandLine.class,
                        Renderer.class,
                        JavaSparkContext.class,
                        Dataset.class,
                        Function1.class)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                .map(location -> Path.of(URI.create(location.toString())).toString())
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Returns the page and the line of a problem. */
    private static String place(Diagnostic<? extends JavaFileObject> problem, List<Source> sources) {
        String file = problem.getSource() == null ? "" : problem.getSource().getName();
        return sources.stream()
                .filter(source -> file.endsWith(source.name + ".java"))
                .map(source -> source.block.page() + ":"
                        + (source.block.line() + problem.getLineNumber() - 1 - source.linesBefore))
                .findFirst()
                .orElse(file + ":" + problem.getLineNumber());
    }

    private static Source source(MarkdownFile.Block block, String name, String imports) {
        String text = block.text();
        // An ellipsis is left to the reader: a statement, a value or the rest of a block.
        text = text.replaceAll("(?m)^\\s*…\\s*$", "")
                .replaceAll("\\{ … }", "{ }")
                .replaceAll("(?m)= …(?=\\s*(//.*)?$)", "= elided();")
                .replaceAll("…", "elided()");
        String before;
        String after;
        if (text.contains("\nimport ") || text.startsWith("import ") || text.startsWith("package ")) {
            // A whole file, whose own package and imports count; its types go into a package of their own.
            String body = text.replaceFirst("(?m)^package [^;]+;", "")
                    .replaceAll("(?m)^public ((?:final |abstract )*)(?=class|record|interface|enum)", "$1");
            return new Source(block, name, "package " + name.toLowerCase(java.util.Locale.ROOT) + ";" + body, 0);
        } else if (TYPE.matcher(text).find() && !text.contains("\n    ```")) {
            before = imports + "class " + name + " extends Prelude {\n";
            text = text.replaceAll(
                    "(?m)^(?:public )?((?:final |abstract )*)(?=class|record|interface|enum)", "static $1");
            after = "}\n";
        } else {
            before = imports + "class " + name + " extends Prelude {\nvoid run() throws Exception {\n";
            after = "}\n}\n";
        }
        return new Source(
                block, name, before + text + after, (int) before.lines().count());
    }

    /** Imports every public package on demand, then the JDK's and DJL's types that snippets name. */
    private static String imports() throws IOException {
        TreeSet<String> packages = new TreeSet<>();
        Path root = Path.of("src/main/java");
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .map(file -> root.relativize(file.getParent()).toString().replace('/', '.'))
                    .filter(name -> !name.contains("internal"))
                    .forEach(packages::add);
        }
        StringBuilder imports = new StringBuilder();
        packages.forEach(name -> imports.append("import ").append(name).append(".*;\n"));
        imports.append(
                "import java.util.ArrayList;\nimport java.util.List;\nimport java.util.Map;\nimport java.nio.file.*;\nimport java.io.*;\nimport java.time.*;\n");
        imports.append("import ai.djl.Device;\nimport ai.djl.ndarray.*;\nimport ai.djl.ndarray.types.*;\n");
        return imports.toString();
    }

    private static JavaFileObject file(String name, String text) {
        return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }
}
