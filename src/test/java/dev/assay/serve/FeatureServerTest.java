package dev.assay.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@Tag("slow")
class FeatureServerTest {
    @TempDir
    private static Path folder;

    private static ServedDictionary dictionary;
    private static RunningServer server;
    private static Client client;

    @BeforeAll
    static void start() throws IOException {
        dictionary = new ServedDictionary(folder.resolve("store"));
        server = FeatureServer.of(dictionary.inspector).port(0).start();
        client = new Client(server.address());
    }

    @AfterAll
    static void stop() {
        server.close();
        dictionary.close();
    }

    @Test
    void returnsTheFeaturesOfAPrompt() throws Exception {
        HttpResponse<byte[]> response = client.prompt("{\"text\":\"Nora gave the lantern to Felix.\",\"count\":5}");
        JsonNode answer = Client.json(response);
        assertEquals(200, response.statusCode(), answer.toString());
        var expected = dictionary.inspector.prompt("Nora gave the lantern to Felix.");
        assertEquals(expected.active(), answer.path("active").asInt());
        assertEquals("activation", answer.path("ranking").asText());
        assertEquals(expected.tokens().size(), answer.path("tokens").size());
        assertEquals(5, answer.path("features").size());
        for (int i = 0; i < 5; i++) {
            JsonNode feature = answer.path("features").path(i);
            assertEquals(
                    expected.features().get(i).latent(), feature.path("latent").asInt());
            assertEquals(
                    expected.features().get(i).activation(),
                    feature.path("activation").floatValue());
            assertTrue(feature.path("effect").isNull(), "not computed");
            assertTrue(answer.path("peakTokens").has("" + feature.path("latent").asInt()));
        }
        assertEquals("no-store", response.headers().firstValue("Cache-Control").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"quantile", "attribution", "effect"})
    void supportsEveryRanking(String ranking) throws Exception {
        HttpResponse<byte[]> response =
                client.prompt("{\"text\":\"Nora gave the lantern.\",\"ranking\":\"" + ranking + "\"}");
        JsonNode answer = Client.json(response);
        assertEquals(200, response.statusCode(), answer.toString());
        assertEquals(ranking, answer.path("ranking").asText());
        assertEquals(
                ranking.equals("effect"),
                answer.path("features").path(0).path("effect").isNumber());
    }

    @Test
    void returnsAFeatureWithEffectsOnRequest() throws Exception {
        HttpResponse<byte[]> plain = client.get("/api/feature/3", Map.of());
        assertEquals(200, plain.statusCode());
        JsonNode report = Client.json(plain);
        assertEquals(3, report.path("latent").asInt());
        assertEquals(
                dictionary.inspector.feature(3).stats().density(),
                report.path("stats").path("density").asDouble());
        assertEquals(0, report.path("effects").size());
        JsonNode ablated = Client.json(client.get("/api/feature/3?effects=2", Map.of()));
        assertEquals(2, ablated.path("effects").size());
        assertTrue(ablated.path("effects").path(0).path("tokens").path(0).has("lossChange"));
        assertEquals(404, client.get("/api/feature/32", Map.of()).statusCode());
        assertEquals(404, client.get("/api/feature/-1", Map.of()).statusCode());
        assertEquals(400, client.get("/api/feature/3?effects=10", Map.of()).statusCode());
        assertEquals(400, client.get("/api/feature/3?other=1", Map.of()).statusCode());
    }

    @Test
    void pageHasAPromptBoxAndConnectsOnlyToItsServer() throws Exception {
        HttpResponse<byte[]> packed = client.get("/", Map.of("Accept-Encoding", "br, gzip"));
        assertEquals("gzip", packed.headers().firstValue("Content-Encoding").orElseThrow());
        String page = new String(
                new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(page.contains("id=\"live-form\"") && page.contains("/api/prompt"));
        assertTrue(page.contains(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; connect-src 'self';"));
        HttpResponse<byte[]> plain = client.get("/index.html", Map.of());
        assertEquals(page, new String(plain.body(), StandardCharsets.UTF_8));
        assertTrue(plain.headers().firstValue("Content-Encoding").isEmpty());
        String policy = plain.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertTrue(policy.contains("frame-ancestors 'none'") && policy.contains("connect-src 'self'"), policy);
        assertEquals(
                "nosniff", plain.headers().firstValue("X-Content-Type-Options").orElseThrow());

        String tag = plain.headers().firstValue("ETag").orElseThrow();
        HttpResponse<byte[]> again = client.get("/", Map.of("If-None-Match", tag));
        assertEquals(304, again.statusCode());
        assertEquals(0, again.body().length);
        assertEquals(200, client.get("/", Map.of("If-None-Match", "\"other\"")).statusCode());
        assertTrue(client.get("/", Map.of("Accept-Encoding", "gzip;q=0"))
                .headers()
                .firstValue("Content-Encoding")
                .isEmpty());
    }

    @Test
    void rejectsForeignHosts() throws Exception {
        for (String host :
                List.of("evil.example", "evil.example:" + server.address().getPort(), "127.0.0.1:1", "")) {
            String answer = client.raw("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 403 "), answer);
            assertFalse(answer.contains("live-form"));
        }
        assertTrue(client.raw("GET / HTTP/1.0\r\n\r\n").contains(" 403 "));
        String name = "LOCALHOST:" + server.address().getPort();
        assertTrue(client.raw("HEAD / HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n")
                .startsWith("HTTP/1.1 200 "));
    }

    @Test
    void rejectsRequestsFromOtherPages() throws Exception {
        String body = "{\"text\":\"Nora\"}";
        for (String origin : List.of("http://evil.example", "null", "http://localhost:1", "https://" + client.host())) {
            HttpResponse<byte[]> response =
                    client.post(body, Map.of("Content-Type", "application/json", "Origin", origin));
            assertEquals(403, response.statusCode(), origin);
        }
        assertEquals(
                200,
                client.post(body, Map.of("Content-Type", "application/json", "Origin", "http://" + client.host()))
                        .statusCode());
        assertEquals(
                403,
                client.get("/api/feature/3", Map.of("Sec-Fetch-Site", "cross-site"))
                        .statusCode());
        assertEquals(
                200,
                client.get("/api/feature/3", Map.of("Sec-Fetch-Site", "same-origin"))
                        .statusCode());
        assertEquals(
                415, client.post(body, Map.of("Content-Type", "text/plain")).statusCode(), "what a form can send");
        assertEquals(415, client.post(body, Map.of()).statusCode());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"text\":                       | not valid JSON",
                "[1]                              | expected the body to be a JSON object",
                "3                                | expected the body to be a JSON object",
                "{}                               | expected the field \"text\"",
                "{\"text\":\"\"}                  | expected the field \"text\"",
                "{\"text\":[\"Nora\"]}            | expected the field \"text\"",
                "{\"text\":\"N\",\"ranking\":\"x\"} | ranking is \"x\", expected activation",
                "{\"text\":\"N\",\"count\":0}     | count is 0, expected 1 to 100",
                "{\"text\":\"N\",\"count\":1.5}   | count is 1.5, expected 1 to 100",
                "{\"text\":\"N\",\"top\":1}       | unknown field \"top\""
            })
    void rejectsMalformedRequests(String body, String part) throws Exception {
        HttpResponse<byte[]> response = client.prompt(body);
        assertEquals(400, response.statusCode());
        assertTrue(Client.error(response).contains(part), Client.error(response));
    }

    @Test
    void rejectsLongPromptsAndBodies() throws Exception {
        HttpResponse<byte[]> long_ = client.prompt("{\"text\":\"" + "lantern ".repeat(2000) + "\"}");
        assertEquals(400, long_.statusCode());
        assertTrue(Client.error(long_).contains("expected at most the model's context length"), Client.error(long_));
        for (int size : new int[] {RequestBody.LIMIT, 40 * RequestBody.LIMIT}) {
            HttpResponse<byte[]> large = client.prompt("{\"text\":\"" + "x".repeat(size) + "\"}");
            assertEquals(413, large.statusCode());
            assertEquals("the request is larger than 65536 bytes", Client.error(large));
        }
        assertEquals(200, client.prompt("{\"text\":\"Nora\"}").statusCode(), "the server goes on");
    }

    @Test
    void rejectsUnknownPathsAndMethods() throws Exception {
        assertEquals(404, client.get("/../etc/passwd", Map.of()).statusCode());
        assertEquals(404, client.get("/api", Map.of()).statusCode());
        HttpResponse<byte[]> got = client.get("/api/prompt", Map.of());
        assertEquals(405, got.statusCode());
        assertEquals("POST", got.headers().firstValue("Allow").orElseThrow());
        assertEquals(204, client.get("/favicon.ico", Map.of()).statusCode());
    }

    @Test
    void concurrentRequestsGetTheirOwnResponses() throws Exception {
        List<String> texts = List.of("Nora gave the lantern.", "Felix asked.", "The miller slept near the river.");
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String text = texts.get(i % 3);
            answers.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return client.prompt("{\"text\":\"" + text + "\"}").body();
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        for (int i = 0; i < 6; i++) {
            JsonNode answer = Json.mapper().readTree(answers.get(i).get());
            int length = dictionary.inspector.prompt(texts.get(i % 3)).tokens().size();
            assertEquals(length, answer.path("tokens").size());
            assertArrayEquals(answers.get(i % 3).get(), answers.get(i).get());
        }
    }

    /** Features that block until they are released. */
    private static final class Slow implements LiveFeatures {
        final CountDownLatch may = new CountDownLatch(1);
        final AtomicInteger together = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();

        @Override
        public JsonNode prompt(PromptRequest request) {
            most.accumulateAndGet(together.incrementAndGet(), Math::max);
            try {
                may.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            together.decrementAndGet();
            return Json.mapper().createObjectNode();
        }

        @Override
        public JsonNode feature(int latent, int effects) {
            throw new IllegalStateException("secret");
        }

        @Override
        public int latents() {
            return 1;
        }
    }

    @Test
    void runsOneRequestAtATimeAndRejectsWhenTheQueueIsFull() throws Exception {
        Slow slow = new Slow();
        ExecutorService people = Executors.newCachedThreadPool();
        try (RunningServer busy = new FeatureServer(slow, dictionary.inspector.dashboard())
                .port(0)
                .maxQueued(2)
                .start()) {
            Client many = new Client(busy.address());
            CompletionService<HttpResponse<byte[]>> answers = new ExecutorCompletionService<>(people);
            for (int i = 0; i < 4; i++) {
                answers.submit(() -> many.prompt("{\"text\":\"x\"}"));
            }
            // One request runs and two wait, in any order; only the rejected one can have a response yet.
            HttpResponse<byte[]> refused = answers.take().get();
            assertEquals(503, refused.statusCode());
            assertEquals("2", refused.headers().firstValue("Retry-After").orElseThrow());
            assertEquals(200, many.get("/", Map.of()).statusCode(), "the page is served all the same");
            slow.may.countDown();
            for (int i = 0; i < 3; i++) {
                assertEquals(200, answers.take().get().statusCode());
            }
            assertEquals(1, slow.most.get());
        } finally {
            people.shutdownNow();
        }
    }

    @Test
    void reportsFailuresToTheListenerOnly() throws Exception {
        List<Throwable> failures = new ArrayList<>();
        try (RunningServer broken = new FeatureServer(new Slow(), dictionary.inspector.dashboard())
                .port(0)
                .failures(failures::add)
                .start()) {
            HttpResponse<byte[]> response = new Client(broken.address()).get("/api/feature/0", Map.of());
            assertEquals(500, response.statusCode());
            String text = new String(response.body(), StandardCharsets.UTF_8);
            assertFalse(text.contains("secret") || text.contains("Exception"), text);
            assertEquals("secret", failures.get(0).getMessage());
        }
    }

    @Test
    void closesConnectionsOfSlowClients() throws Exception {
        try (RunningServer hasty = new FeatureServer(new Slow(), dictionary.inspector.dashboard())
                .port(0)
                .bodyTimeout(Duration.ofMillis(200))
                .start()) {
            Client slow = new Client(hasty.address());
            long start = System.nanoTime();
            String answer = slow.raw("POST /api/prompt HTTP/1.1\r\nHost: " + slow.host()
                    + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"text\":");
            assertFalse(answer.contains(" 200 "), answer);
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(15));
        }
    }

    @Test
    void reportsAPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            FeatureServer settings = FeatureServer.of(dictionary.inspector).port(taken.getLocalPort());
            String message =
                    assertThrows(InvalidInputException.class, settings::start).getMessage();
            assertEquals(
                    "127.0.0.1:" + taken.getLocalPort() + " is in use, expected a free port of this machine", message);
        }
        FeatureServer settings = FeatureServer.of(dictionary.inspector);
        assertThrows(InvalidInputException.class, () -> settings.port(65_536));
        assertThrows(InvalidInputException.class, () -> settings.bind("no such name."));
        assertThrows(InvalidInputException.class, () -> settings.maxQueued(0));
        String foreign = assertThrows(
                        InvalidInputException.class,
                        () -> settings.bind("192.0.2.1").port(0).start())
                .getMessage();
        assertTrue(foreign.contains("does not belong to this machine"), foreign);
    }

    @Test
    void wildcardAcceptsAddressesOfThisMachineOnly() throws Exception {
        try (RunningServer open = new FeatureServer(new Slow(), dictionary.inspector.dashboard())
                .port(0)
                .bind("0.0.0.0")
                .start()) {
            Client other = new Client(open.address());
            assertEquals(200, other.get("/", Map.of()).statusCode());
            String answer = other.raw("GET / HTTP/1.1\r\nHost: evil.example:"
                    + open.address().getPort() + "\r\nConnection: close\r\n\r\n");
            assertTrue(answer.startsWith("HTTP/1.1 403 "), answer);
        }
    }

    @Test
    void closingStopsTheServer() throws Exception {
        RunningServer short_ = new FeatureServer(new Slow(), dictionary.inspector.dashboard())
                .port(0)
                .start();
        Client other = new Client(short_.address());
        assertEquals(200, other.get("/", Map.of()).statusCode());
        short_.close();
        short_.close();
        short_.await();
        assertThrows(ConnectException.class, () -> other.raw("GET / HTTP/1.1\r\n\r\n"));
    }
}
