package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.ChildJvm;
import dev.assay.explain.llm.ScriptedServer;
import dev.assay.feature.TinyDictionary;
import dev.assay.model.Fixtures;
import dev.assay.run.Run;
import dev.assay.run.RunDescription;
import dev.assay.run.TextDescription;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code assay explain} in a separate process that is killed. */
@Tag("slow")
class ExplainKillTest {
    private static final int IN_FLIGHT = 2;
    private static final int[] KILLS = {1, 3, 5}; // answers in the cache
    private static final List<String> RESULTS = List.of("explanations.jsonl", "scores.jsonl");

    @TempDir
    private Path temporary;

    @Test
    @Timeout(240)
    void killedRunLosesRequestsInFlightOnly() throws Exception {
        Path killed = savedRun("killed");
        Path clean = savedRun("clean");
        try (ScriptedServer server = new ScriptedServer()) {
            server.otherwise(ScriptedServer.answering(request -> {
                pause();
                return "[EXPLANATION]: words about animals";
            }));
            for (int answers : KILLS) {
                killAfter(answers, killed, server.address());
            }
            finish(killed, server.address());
            List<JsonNode> sent =
                    server.seen().stream().map(ScriptedServer.Seen::body).toList();
            int repeated = sent.size() - Set.copyOf(sent).size();
            assertTrue(repeated <= KILLS.length * IN_FLIGHT, repeated + " of " + sent.size() + " were sent again");
            finish(clean, server.address());
        }
        for (String file : RESULTS) {
            assertEquals(lines(clean, file), lines(killed, file), file);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(150);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Saves a run with its feature store. */
    private Path savedRun(String name) throws IOException {
        Path run = temporary.resolve(name);
        Path description = temporary.resolve(name + "-description");
        try (TinyDictionary tiny = new TinyDictionary()) {
            tiny.sae.save(run);
        }
        RunDescription.of(
                        Fixtures.folder("gpt_neox").toString(),
                        TinyDictionary.SITE.name(),
                        TextDescription.of("assay/stories/300").withContexts(TinyDictionary.LENGTH, false))
                .write(description);
        Files.copy(description.resolve("run.json"), run.resolve("run.json"));
        try (Run opened = Run.loader().featureTokens(6000).open(run)) {
            opened.features();
        }
        return run;
    }

    private void killAfter(int answers, Path run, String server) throws Exception {
        Path error = temporary.resolve("error.txt");
        Process process = ChildJvm.of(Assay.class, arguments(run, server))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(error.toFile())
                .start();
        try {
            while (lines(run, "answers.jsonl").size() < answers) {
                assertTrue(process.isAlive(), () -> "the run ended before it was killed: " + text(error));
                Thread.sleep(2);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static void finish(Path run, String server) {
        StringWriter err = new StringWriter();
        int code = Assay.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), arguments(run, server));
        assertEquals(0, code, err::toString);
    }

    private static String[] arguments(Path run, String server) {
        return new String[] {
            "explain",
            run.toString(),
            "--no-random-model",
            "--features",
            "4",
            "--min-documents",
            "5",
            "--tokens",
            "6000",
            "--server",
            server,
            "--model",
            "fake",
            "--concurrency",
            Integer.toString(IN_FLIGHT),
            "--scorers",
            "llm-detection"
        };
    }

    /** Returns the lines of a file of results in alphabetical order, since concurrent requests end in any order. */
    private static List<String> lines(Path run, String file) throws IOException {
        Path results = run.resolve("explanations").resolve(file);
        if (!Files.exists(results)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(results)) {
            return lines.sorted().toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }
}
