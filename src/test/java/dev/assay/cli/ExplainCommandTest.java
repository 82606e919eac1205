package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.assay.explain.llm.ScriptedServer;
import dev.assay.feature.TinyDictionary;
import dev.assay.io.Json;
import dev.assay.io.JsonLines;
import dev.assay.io.JsonObject;
import dev.assay.model.Fixtures;
import dev.assay.run.Run;
import dev.assay.run.RunDescription;
import dev.assay.run.TextDescription;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ExplainCommandTest {
    private static final String[] SMALL = {"--features", "4", "--min-documents", "5", "--tokens", "6000"};

    @TempDir
    static Path shared;

    @TempDir
    private Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path folder;

    /** Writes a run with its feature store once. */
    @BeforeAll
    static void saveRun() throws IOException {
        Path run = shared.resolve("run");
        RunDescription.of(
                        Fixtures.folder("gpt_neox").toString(),
                        TinyDictionary.SITE.name(),
                        TextDescription.of("assay/stories/300").withContexts(TinyDictionary.LENGTH, false))
                .write(run);
        try (TinyDictionary tiny = new TinyDictionary()) {
            tiny.sae.save(shared.resolve("dictionary"));
        }
        Files.copy(run.resolve("run.json"), shared.resolve("dictionary/run.json"));
        try (Run opened = Run.loader().featureTokens(6000).open(shared.resolve("dictionary"))) {
            opened.features();
        }
    }

    @BeforeEach
    void copyRun() throws IOException {
        folder = temporary.resolve("run");
        try (Stream<Path> all = Files.walk(shared.resolve("dictionary"))) {
            for (Path path : all.toList()) {
                Files.copy(
                        path,
                        folder.resolve(
                                shared.resolve("dictionary").relativize(path).toString()));
            }
        }
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    /** Explains without the control of a random model unless the options have its number of tokens. */
    private int explain(String... options) {
        List<String> arguments = new ArrayList<>(List.of("explain", folder.toString()));
        arguments.addAll(List.of(SMALL));
        arguments.addAll(List.of(options));
        if (!arguments.contains("--random-model-tokens")) {
            arguments.add("--no-random-model");
        }
        return run(arguments.toArray(new String[0]));
    }

    @Test
    void offlineExplanationsAreScoredShownAndExported() throws IOException {
        assertEquals(0, explain("--offline", "token-lookup"), err::toString);
        for (String row : List.of("explanation", "shuffled (control)", "oracle (control)", "constant (control)")) {
            assertTrue(out.toString().contains(row), out.toString());
        }
        Path results = folder.resolve("explanations");
        List<JsonObject> lines = JsonLines.read(results.resolve("explanations.jsonl"));
        assertEquals(4, lines.size());
        String first = out.toString();
        assertEquals(0, explain("--offline", "token-lookup"), err::toString);
        assertEquals(first, out.toString(), "a finished run prints the same table");
        assertEquals(0, explain("--offline", "token-lookup", "--json"), err::toString);
        JsonNode summary = Json.mapper().readTree(out.toString());
        assertEquals(3, summary.get("tables").size());

        String latent = Integer.toString(lines.get(0).integer("feature"));
        String text = lines.get(0).text("text");
        assertEquals(0, run("inspect", folder.toString(), "--feature", latent), err::toString);
        assertTrue(out.toString().contains("whole-corpus by rule"), out.toString());
        assertEquals(0, run("inspect", folder.toString()), err::toString);
        String page = Files.readString(folder.resolve("features.html"));
        assertTrue(page.contains("\"explanations\":{"), "the page lists explanations");
        assertEquals(0, run("inspect", folder.toString(), "--explained", text.toUpperCase(Locale.ROOT)), err::toString);
        assertTrue(out.toString().contains("explanation"), out.toString());

        assertEquals(
                0,
                run(
                        "export",
                        folder.toString(),
                        "--delphi",
                        temporary.resolve("delphi").toString(),
                        "--saebench-autointerp",
                        temporary.resolve("saebench").toString()),
                err::toString);
        assertTrue(Files.isDirectory(temporary.resolve("delphi/scores/fuzz")));
    }

    @Test
    void severalExplanationsOfAFeatureHaveFoldersOfTheirOwn() throws IOException {
        assertEquals(0, explain("--offline", "token-lookup", "--scorers", "detection"), err::toString);
        assertEquals(2, explain("--offline", "bigram", "--scorers", "detection"));
        assertTrue(err.toString().contains("expected equal options, or another folder"), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertEquals(0, explain("--offline", "bigram", "--scorers", "detection", "--name", "bigram"), err::toString);
        Path rows = Files.writeString(
                temporary.resolve("rows.jsonl"), "{\"index\": \"1\", \"description\": \"an imported description\"}\n");
        assertEquals(0, explain("--import", rows.toString()), err::toString);
        assertEquals(0, run("inspect", folder.toString(), "--feature", "1"), err::toString);
        assertTrue(out.toString().contains("an imported description"), out.toString());
    }

    @Test
    void importedExplanationsAreScoredByAJudgeThatReadsWords() throws IOException {
        Path rows = Files.writeString(
                temporary.resolve("rows.jsonl"),
                "{\"index\": \"1\", \"description\": \"stories\"}\n{\"index\": \"39\", \"description\": \"nothing\"}\n");
        assertEquals(2, explain("--import", rows.toString(), "--scorers", "detection"));
        assertTrue(err.toString().contains("cannot read explanations in words"), err.toString());
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        AtomicInteger requests = new AtomicInteger();
        server.createContext("/", exchange -> answer(exchange, requests));
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            assertEquals(
                    0,
                    explain(
                            "--import",
                            rows.toString(),
                            "--scorers",
                            "llm-detection",
                            "--server",
                            url,
                            "--model",
                            "fake"),
                    err::toString);
        } finally {
            server.stop(0);
        }
        assertTrue(requests.get() > 0);
        assertTrue(
                out.toString().startsWith("1 features explained by neuronpedia, 0 failed, 1 excluded"), out.toString());
        assertTrue(
                out.toString()
                        .contains(
                                "no row random-model: given explanations have no explainer that could describe the features"),
                out.toString());
        assertEquals(
                1,
                JsonLines.read(folder.resolve("explanations/neuronpedia/explanations.jsonl"))
                        .size());
    }

    @Test
    void randomModelIsAControlOfItsOwnDictionary() throws IOException {
        String[] options = {"--offline", "token-lookup", "--scorers", "whole-corpus", "--random-model-tokens", "8192"};
        assertEquals(0, explain(with("--dry-run", options)), err::toString);
        assertTrue(
                out.toString()
                        .matches(
                                "(?s)no request: .*control of a random model: training on 8,192 activations and features of"
                                        + " 6,0\\d\\d tokens, about 0\\.\\d minutes .*"),
                out.toString());
        assertFalse(Files.exists(folder.resolve("explanations")), "a dry run trains nothing");
        assertEquals(0, explain(options), err::toString);
        assertTrue(out.toString().contains("random-model (control)"), out.toString());
        assertTrue(out.toString().contains("explanation − random-model: F1"), out.toString());
        String first = out.toString();
        assertEquals(0, explain(options), err::toString);
        assertEquals(first, out.toString());
        assertEquals(0, run("inspect", folder.toString(), "--top", "3"), err::toString);
        JsonNode index = Json.mapper()
                .readTree(Files.readString(folder.resolve("features.html"))
                        .replaceFirst("(?s).*id=\"index\">", "")
                        .replaceFirst("(?s)</script>.*", ""));
        assertEquals(4, index.get("explanations").size(), "explanations of the control are not shown");
        options[options.length - 1] = "4096";
        assertEquals(2, explain(options));
        assertTrue(
                err.toString().contains("was trained on 8192 activations, and this control has 4096"), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        // A folder of a version that kept no dictionary still opens.
        options[options.length - 1] = "8192";
        try (Stream<Path> files = Files.walk(folder.resolve("explanations/controls/random-model/dictionary"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        assertEquals(0, explain(options), err::toString);
        assertEquals(first, out.toString());
        assertFalse(Files.exists(folder.resolve("explanations/controls/random-model/dictionary")));
    }

    private static String[] with(String option, String... options) {
        String[] more = Arrays.copyOf(options, options.length + 1);
        more[options.length] = option;
        return more;
    }

    @Test
    void randomModelIsAControlOfExplanationsFromItsDecoder() throws IOException {
        String[] logits = {
            "--offline", "logit-weights", "--scorers", "detection", "--random-model-tokens", "4096", "--name", "logits"
        };
        assertEquals(0, explain(logits), err::toString);
        assertTrue(out.toString().contains("random-model (control)"), out.toString());
        Path control = folder.resolve("explanations/logits/controls/random-model");
        String own = JsonLines.read(folder.resolve("explanations/logits/explanations.jsonl"))
                .get(0)
                .text("text");
        List<JsonObject> others = JsonLines.read(control.resolve("results/explanations.jsonl"));
        assertFalse(others.isEmpty());
        assertTrue(
                others.stream().noneMatch(line -> line.text("text").equals(own)),
                "the tokens are those of the decoder and the unembedding of the random model");
    }

    @Test
    void omittedRandomModelIsStatedInTheTable() throws IOException {
        assertEquals(0, explain("--offline", "token-lookup", "--scorers", "detection"), err::toString);
        assertTrue(out.toString().contains("no row random-model: left out by --no-random-model"), out.toString());
        JsonNode summary = Json.read(folder.resolve("explanations/summary.json"));
        assertEquals(
                "left out by --no-random-model",
                summary.at("/tables/0/omitted/0/reason").textValue());
    }

    @Test
    void costIncludesTheRequestsOfTheRandomModel() throws IOException {
        try (ScriptedServer server = new ScriptedServer()) {
            server.otherwise(ScriptedServer.answering(request -> "[EXPLANATION]: words about animals"));
            String[] options = {
                "--server",
                server.address(),
                "--model",
                "fake",
                "--scorers",
                "llm-detection",
                "--promoted-tokens",
                "--random-model-tokens",
                "4096"
            };
            assertEquals(0, explain(with("--dry-run", with("--json", options))), err::toString);
            JsonNode cost = Json.mapper().readTree(out.toString());
            long ofControl = cost.at("/randomModel/requests").longValue();
            assertTrue(ofControl >= 8, cost.toString());
            assertTrue(cost.at("/randomModel/minutes").doubleValue() > 0, cost.toString());
            assertEquals(0, server.seen().size());
            assertEquals(0, explain(options), err::toString);
            assertTrue(out.toString().contains("random-model (control)  llm-detection by fake"), out.toString());
            // Features of the random model have other numbers of windows, so their requests are estimated.
            long expected = cost.get("requests").longValue();
            assertEquals(expected, server.seen().size(), 0.5 * ofControl);
            assertTrue(server.seen().size() > expected - ofControl);
            assertEquals(0, explain(with("--dry-run", options)), err::toString);
            assertTrue(out.toString().startsWith("0 requests to send"), out.toString());
            assertTrue(
                    server.seen().stream()
                                    .filter(seen ->
                                            seen.body().toString().contains("makes these next tokens more probable"))
                                    .count()
                            > 4,
                    "prompts about the random model have the tokens that its features promote");
        }
    }

    @Test
    void everyOptionIsDocumented() throws IOException {
        assertEquals(0, run("explain", "--help"), err::toString);
        String pages =
                Files.readString(Path.of("docs/explaining.md")) + Files.readString(Path.of("docs/language-models.md"));
        List<String> undocumented = Pattern.compile("(?m)^ .*?(--[a-z][a-z-]*|--\\[no-][a-z-]+)")
                .matcher(out.toString())
                .results()
                .map(option -> option.group(1).replace("[no-]", "no-"))
                .filter(option -> !List.of("--help", "--version", "--device", "--threads", "--max-bytes")
                        .contains(option))
                .filter(option -> !pages.contains(option))
                .toList();
        assertEquals(List.of(), undocumented);
        assertTrue(
                out.toString().contains("--no-token-lookup") && out.toString().contains("--[no-]random-model"));
    }

    @Test
    void missingExplainerAndUnknownNamesAreOneSentence() {
        assertEquals(2, explain());
        assertTrue(err.toString().contains("expected --offline NAME, or --server and --model"), err.toString());
        assertEquals(2, explain("--offline", "tokens"));
        assertTrue(err.toString().contains("token-lookup"), err.toString());
        assertEquals(2, explain("--offline", "token-lookup", "--scorers", "llm-detection"));
        assertTrue(err.toString().contains("needs a language model"), err.toString());
        assertEquals(2, explain("--server", "http://localhost:1", "--offline", "token-lookup"));
        assertTrue(err.toString().contains("--server is given without --model"), err.toString());
        assertFalse(Files.exists(folder.resolve("explanations")));
    }

    /** A server that explains every feature in the same words and judges nothing. */
    private static void answer(HttpExchange exchange, AtomicInteger requests) throws IOException {
        exchange.getRequestBody().readAllBytes();
        requests.incrementAndGet();
        ObjectNode body = Json.mapper().createObjectNode().put("model", "fake");
        body.putArray("choices")
                .addObject()
                .put("index", 0)
                .put("finish_reason", "stop")
                .putObject("message")
                .put("role", "assistant")
                .put("content", "[EXPLANATION]: words about animals");
        body.putObject("usage")
                .put("prompt_tokens", 300)
                .put("completion_tokens", 9)
                .put("total_tokens", 309);
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** Returns the number of requests in a printed cost. */
    private static long requestsOf(String cost) {
        return Long.parseLong(cost.replaceFirst("(?s) requests to send.*", "").replace(",", ""));
    }

    @Test
    void serverIsAskedOncePerRequestAndUnusableAnswersAreNoScores() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        AtomicInteger requests = new AtomicInteger();
        server.createContext("/", exchange -> answer(exchange, requests));
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            String[] options = {"--server", url, "--model", "fake", "--scorers", "llm-detection"};
            String[] dry = {"--server", url, "--model", "fake", "--scorers", "llm-detection", "--dry-run"};
            assertEquals(0, explain(dry), err::toString);
            assertEquals(0, requests.get());
            String cost = out.toString();
            assertTrue(cost.contains("requests to send, 0 in the cache"), cost);
            assertFalse(Files.exists(folder.resolve("explanations")));
            long all = requestsOf(cost);
            assertEquals(0, explain(with("--no-token-lookup", dry)), err::toString);
            assertTrue(requestsOf(out.toString()) < all, "the cost includes the judgement of token lookup");
            assertEquals(0, explain(options), err::toString);
            int sent = requests.get();
            assertEquals(all, sent);
            for (String control : List.of("shuffled", "token-lookup", "oracle", "constant")) {
                assertTrue(out.toString().contains(control + " (control)"), out.toString());
            }
            assertTrue(out.toString().contains("llm-detection by fake"), out.toString());
            assertTrue(out.toString().contains("unreliable"), out.toString());
            assertEquals(
                    "words about animals",
                    JsonLines.read(folder.resolve("explanations/explanations.jsonl"))
                            .get(0)
                            .text("text"));
            JsonNode summary = Json.read(folder.resolve("explanations/summary.json"));
            assertTrue(summary.at("/tables/0/rows/0/values").isEmpty(), summary.toPrettyString());
            assertEquals(0, explain(options), err::toString);
            assertEquals(sent, requests.get(), "a rerun sends nothing");
            assertEquals(0, explain(dry), err::toString);
            assertTrue(out.toString().contains("0 requests to send"), out.toString());
            assertEquals(0, explain(with("--no-token-lookup", options)), err::toString);
            assertTrue(out.toString().contains("no row token-lookup: left out by --no-token-lookup"), out.toString());
            assertEquals(sent, requests.get(), "a rerun sends nothing");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void optionsOfTheServerChangeItsRequests() throws IOException {
        try (ScriptedServer server = new ScriptedServer()) {
            server.otherwise(ScriptedServer.answering(request -> "[EXPLANATION]: words about animals"));
            String[] options = {
                "--server",
                server.address(),
                "--model",
                "fake",
                "--scorers",
                "llm-intruder",
                "--reasoning-tokens",
                "1000",
                "--omit",
                "temperature,seed",
                "--server-profile",
                "VLLM",
                "--timeout",
                "30"
            };
            assertEquals(0, explain(options), err::toString);
            assertFalse(server.seen().isEmpty());
            for (ScriptedServer.Seen seen : server.seen()) {
                assertTrue(seen.body().path("max_tokens").intValue() > 1000, seen.toString());
                assertEquals(-1, seen.body().path("top_k").intValue());
                assertFalse(seen.body().has("response_format"), seen.toString());
                assertFalse(seen.body().has("temperature") || seen.body().has("seed"), seen.toString());
            }
            int sent = server.seen().size();
            assertEquals(0, explain(options), err::toString);
            assertEquals(sent, server.seen().size(), "a rerun sends nothing");
        }
    }
}
