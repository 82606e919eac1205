package dev.assay.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jshell.ExpressionSnippet;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.VarSnippet;

/**
 * A program that runs notebooks cell by cell, each in its own JShell, and prints per cell: its number, the class of its value and the
 * first character of the HTML that kernels show. It fails if kernels show a value differently or without readable text.
 */
public final class JShellNotebook implements AutoCloseable {
    /** The value of the last cell. */
    private static final List<Object> SHOWN = new ArrayList<>();

    private final Kernels kernels = new Kernels();
    private final JShell shell = JShell.builder().executionEngine("local").build();

    private JShellNotebook() {
        shell.addToClasspath(System.getProperty("java.class.path"));
        // The default imports of kernels.
        eval("import java.util.*;");
    }

    /** Runs the notebooks given as arguments. */
    public static void main(String[] files) {
        PrintStream errors = System.err; // the running cells may replace it
        try {
            run(files);
        } catch (Exception e) {
            e.printStackTrace(errors);
            System.exit(1);
        }
        // Threads of the native libraries would keep the process alive.
        System.exit(0);
    }

    private static void run(String... files) throws IOException {
        for (String file : files) {
            Notebook notebook = Notebook.read(Path.of(file));
            try (JShellNotebook running = new JShellNotebook()) {
                int number = 0;
                for (JsonNode cell : notebook.codeCells()) {
                    number++;
                    running.run(Notebook.source(cell), notebook.name() + " cell " + number);
                }
            }
        }
    }

    /** Called by the code in the shell. */
    public static void show(Object value) {
        SHOWN.add(value);
    }

    private void run(String source, String place) {
        SHOWN.clear();
        String rest = source.lines().filter(line -> !line.startsWith("%")).collect(Collectors.joining("\n"));
        Snippet last = null;
        while (!rest.isBlank()) {
            SourceCodeAnalysis.CompletionInfo info = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            if (!info.completeness().isComplete()) {
                throw new IllegalStateException(place + " ends too early: " + rest);
            }
            last = eval(info.source());
            rest = info.remaining();
        }
        String value = last instanceof ExpressionSnippet expression
                ? expression.name()
                : last instanceof VarSnippet variable
                                && variable.subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND
                        ? variable.name()
                        : null;
        if (value != null) {
            eval("dev.assay.notebook.JShellNotebook.show(" + value + ");");
        }
        for (Object shown : SHOWN) {
            System.out.printf("%s: %s %.1s%n", place, shown.getClass().getSimpleName(), html(shown, place));
        }
    }

    /** Returns the HTML that all kernels show for a value, or an empty text if they show plain text only. */
    private String html(Object shown, String place) {
        Map<String, Map<String, Object>> byKernel = kernels.render(shown);
        if (Set.copyOf(byKernel.values()).size() > 1) {
            throw new IllegalStateException(place + " differs between kernels: " + byKernel);
        }
        Map<String, Object> content = byKernel.get("IJava");
        String text = (String) content.get("text/plain");
        if (!text.equals(shown.toString()) || text.startsWith(shown.getClass().getSimpleName())) {
            throw new IllegalStateException(place + " has no readable text:\n" + text);
        }
        return (String) content.getOrDefault("text/html", "");
    }

    private Snippet eval(String code) {
        List<SnippetEvent> events = shell.eval(code);
        for (SnippetEvent event : events) {
            if (event.exception() != null) {
                throw new IllegalStateException("thrown by " + code, event.exception());
            }
            if (event.causeSnippet() == null && !event.status().isDefined()) {
                throw new IllegalStateException(code + "\n"
                        + shell.diagnostics(event.snippet())
                                .map(problem -> problem.getMessage(null))
                                .collect(Collectors.joining("\n")));
            }
        }
        return events.get(events.size() - 1).snippet();
    }

    @Override
    public void close() {
        shell.close();
    }
}
