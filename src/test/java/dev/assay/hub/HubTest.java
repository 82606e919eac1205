package dev.assay.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.hub.FakeHub.Seen;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
@Tag("slow")
class HubTest {
    private static final HubName NAME = HubName.parse("org/name");
    private static final String WEIGHTS = "model.safetensors";
    private static final RetryPolicy HURRIED =
            new RetryPolicy(4, Duration.ofMillis(1), Duration.ofSeconds(5), Duration.ofSeconds(10));

    @TempDir
    private Path home;

    private FakeHub server;
    private byte[] weights;

    @BeforeEach
    void start() throws IOException {
        weights = new byte[300_000];
        new Random(7).nextBytes(weights);
        server = new FakeHub();
        server.file("config.json", "{\"model_type\": \"gpt2\"}")
                .file("tokenizer.json", "{}")
                .file("README.md", "# A model")
                .file("pytorch_model.bin", "pickled")
                .file("onnx/model.safetensors", "another")
                .file(WEIGHTS, weights);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Hub.Builder builder(Map<String, String> environment) throws IOException {
        return Hub.builder(new HubEnvironment(environment, home))
                .endpoint(server.address())
                .progress(false)
                .retryPolicy(HURRIED);
    }

    private Path cache() {
        return home.resolve(".cache/huggingface/hub");
    }

    private Path repository() {
        return cache().resolve("models--org--name");
    }

    private Path snapshot(HubName name) throws IOException {
        return builder(Map.of()).build().snapshot(name, HubSelection.model());
    }

    private Path snapshot() throws IOException {
        return snapshot(NAME);
    }

    private String refused() {
        String message =
                assertThrows(InvalidInputException.class, this::snapshot).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    private String failed() {
        String message = assertThrows(IOException.class, this::snapshot).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    private static void assertHolds(String message, String part) {
        assertTrue(message.contains(part), message);
    }

    private List<Seen> seen(String pathPart) {
        return server.requests.stream()
                .filter(request -> request.path().contains(pathPart))
                .toList();
    }

    private static List<String> tree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> !Files.isDirectory(file))
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void writesLayoutOfHuggingFaceLibraries() throws IOException {
        Path folder = snapshot();
        assertEquals(repository().resolve("snapshots").resolve(FakeHub.COMMIT), folder);
        assertEquals(List.of("config.json", WEIGHTS, "tokenizer.json"), tree(folder));
        assertArrayEquals(weights, Files.readAllBytes(folder.resolve(WEIGHTS)));
        assertEquals(
                "../../blobs/" + FakeHub.sha256(weights),
                Files.readSymbolicLink(folder.resolve(WEIGHTS)).toString());
        byte[] config = Files.readAllBytes(folder.resolve("config.json"));
        assertEquals(
                "../../blobs/" + FakeHub.gitHash(config),
                Files.readSymbolicLink(folder.resolve("config.json")).toString());
        assertEquals(FakeHub.COMMIT, Files.readString(repository().resolve("refs/main")));
        assertEquals(3, tree(repository().resolve("blobs")).size());
    }

    @Test
    void makesNoRequestForCachedFiles() throws IOException {
        Path first = snapshot();
        server.requests.clear();
        assertEquals(first, snapshot());
        assertEquals(first, snapshot(HubName.parse("org/name@" + FakeHub.COMMIT)));
        assertEquals(List.of(), server.requests);
    }

    @Test
    void requestsMissingTokenizerOnce() throws IOException {
        try (FakeHub bare = new FakeHub().file("config.json", "{}").file(WEIGHTS, weights)) {
            Hub hub = builder(Map.of()).endpoint(bare.address()).build();
            hub.snapshot(NAME, HubSelection.model());
            bare.requests.clear();
            hub.snapshot(NAME, HubSelection.model());
            assertEquals(List.of(), bare.requests);
        }
    }

    @Test
    void completesPartialSnapshotOfOtherLibraries() throws IOException {
        Path folder = snapshot();
        Files.delete(folder.resolve("tokenizer.json"));
        assertEquals(folder, snapshot());
        assertTrue(Files.exists(folder.resolve("tokenizer.json")));
        assertEquals(1, seen("resolve/" + FakeHub.COMMIT + "/" + WEIGHTS).size());
        // A model that can be used is used when the hub is away.
        Files.delete(folder.resolve("tokenizer.json"));
        server.close();
        assertEquals(folder, snapshot());
        // A link to nothing is no file.
        Files.delete(folder.resolve(WEIGHTS).toRealPath());
        assertHolds(failed(), server.host() + " cannot be reached for org/name");
    }

    @Test
    void downloadsCommitByHash() throws IOException {
        Path folder = snapshot(HubName.parse("org/name@" + FakeHub.COMMIT));
        assertTrue(Files.exists(folder.resolve(WEIGHTS)));
        assertFalse(Files.exists(repository().resolve("refs")));
    }

    @Test
    void sendsTokenOnlyToHub() throws IOException {
        builder(Map.of("HF_TOKEN", "hf_secret")).build().snapshot(NAME, HubSelection.model());
        assertTrue(server.requests.stream().anyMatch(request -> !request.onHub()));
        for (Seen request : server.requests) {
            if (request.onHub()) {
                assertEquals("Bearer hf_secret", request.authorization());
            } else {
                assertNull(request.authorization());
            }
        }
    }

    @Test
    void requestsSizesAndHashesMissingFromListing() throws IOException {
        server.listNamesOnly();
        Path folder = snapshot();
        assertEquals(List.of("config.json", WEIGHTS, "tokenizer.json"), tree(folder));
        assertTrue(Files.exists(repository().resolve("blobs").resolve(FakeHub.sha256(weights))));
        assertEquals(
                List.of(true),
                seen(WEIGHTS).stream()
                        .filter(r -> r.method().equals("HEAD"))
                        .map(Seen::onHub)
                        .toList());
    }

    @Test
    void resumesAfterBrokenConnection() throws IOException {
        server.onStore(WEIGHTS, FakeHub.cut(weights, 100_000));
        server.onStore(WEIGHTS, FakeHub.cut(weights, 200_000));
        Path folder = snapshot();
        assertArrayEquals(weights, Files.readAllBytes(folder.resolve(WEIGHTS)));
        List<Seen> requests =
                server.requests.stream().filter(request -> !request.onHub()).toList();
        assertEquals(3, requests.size());
        assertNull(requests.get(0).range());
        // The last bytes before a break may be lost.
        assertBetween(80_000, 100_000, requests.get(1));
        assertBetween(180_000, 200_000, requests.get(2));
    }

    private static void assertBetween(int least, int most, Seen request) {
        int from = Integer.parseInt(request.range().replaceAll("\\D", ""));
        assertTrue(least <= from && from <= most, request.range());
    }

    @Test
    void resumesAfterKilledDownload() throws IOException {
        Path blobs = Files.createDirectories(repository().resolve("blobs"));
        Path left = blobs.resolve(FakeHub.sha256(weights) + ".incomplete");
        Files.write(left, Arrays.copyOf(weights, 123_456));
        Path folder = snapshot();
        assertArrayEquals(weights, Files.readAllBytes(folder.resolve(WEIGHTS)));
        assertEquals(
                List.of("bytes=123456-"),
                server.requests.stream()
                        .filter(r -> !r.onHub())
                        .map(Seen::range)
                        .toList());
        assertFalse(Files.exists(left));
    }

    @Test
    void verifiesRemainderOfKilledDownload() throws IOException {
        Path blobs = Files.createDirectories(repository().resolve("blobs"));
        Path left = blobs.resolve(FakeHub.sha256(weights) + ".incomplete");
        for (int length : new int[] {1_000, weights.length, weights.length + 1}) {
            Files.write(left, new byte[length]);
            assertArrayEquals(weights, Files.readAllBytes(snapshot().resolve(WEIGHTS)));
            Files.delete(blobs.resolve(FakeHub.sha256(weights)));
        }
    }

    @Test
    void restartsIfServerCannotResume() throws IOException {
        server.onStore(WEIGHTS, FakeHub.cut(weights, 100_000));
        server.onStore(WEIGHTS, exchange -> {
            exchange.sendResponseHeaders(200, weights.length);
            exchange.getResponseBody().write(weights);
        });
        assertArrayEquals(weights, Files.readAllBytes(snapshot().resolve(WEIGHTS)));
        Files.delete(repository().resolve("blobs").resolve(FakeHub.sha256(weights)));
        server.onStore(WEIGHTS, FakeHub.cut(weights, 100_000));
        server.onStore(WEIGHTS, FakeHub.status(416));
        assertArrayEquals(weights, Files.readAllBytes(snapshot().resolve(WEIGHTS)));
    }

    /** Each cut loses the bytes that a refused range discards: no try gets further than the first. */
    @Test
    void endsWhenEachCutIsFollowedByARefusedRange() {
        for (int i = 0; i < 50; i++) {
            server.onStore(WEIGHTS, FakeHub.cut(weights, 100_000));
            server.onStore(WEIGHTS, FakeHub.status(416));
        }
        assertHolds(failed(), "consecutive times; try again later");
        long tries =
                server.requests.stream().filter(request -> !request.onHub()).count();
        assertTrue(tries <= HURRIED.attempts() + 1, tries + " requests");
    }

    /** A mirror that states neither a size nor a hash, only its own tag. */
    private void describeWithoutSize() {
        server.listNamesOnly();
        server.onHub(WEIGHTS, FakeHub.status(200, "ETag", "\"mirror-7\"", "Transfer-Encoding", "chunked"));
    }

    private static FakeHub.Fault chunked(int status, byte[] content, int from, int to) {
        return exchange -> {
            if (status == 206) {
                exchange.getResponseHeaders()
                        .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            }
            exchange.sendResponseHeaders(status, 0);
            exchange.getResponseBody().write(content, from, to - from);
        };
    }

    @Test
    void refusesBodyOfUnknownSizeBeyondTheLimit() throws IOException {
        describeWithoutSize();
        server.onHub(WEIGHTS, chunked(200, weights, 0, weights.length));
        Hub hub = builder(Map.of()).maxBytes(200_000).build();
        String message = assertThrows(IOException.class, () -> hub.snapshot(NAME, HubSelection.model()))
                .getMessage();
        assertHolds(message, "longer than the 200000 bytes allowed for a file whose size the hub does not declare");
        assertHolds(message, "(--max-bytes)");
        assertEquals(
                List.of(),
                tree(repository().resolve("blobs")).stream()
                        .filter(blob -> blob.startsWith("mirror"))
                        .toList());
    }

    @Test
    void acceptsBodyOfUnknownSizeWithinTheLimit() throws IOException {
        describeWithoutSize();
        server.onHub(WEIGHTS, chunked(200, weights, 0, weights.length));
        Path folder = builder(Map.of()).maxBytes(weights.length).build().snapshot(NAME, HubSelection.model());
        assertArrayEquals(weights, Files.readAllBytes(folder.resolve(WEIGHTS)));
    }

    @Test
    void refusesALimitBelowOneByte() throws IOException {
        Hub.Builder builder = builder(Map.of());
        assertThrows(InvalidInputException.class, () -> builder.maxBytes(0));
    }

    /** Without a size from the hub, a response is the only statement about the length of a file. */
    @Test
    void resumesBodyThatIsShorterThanItsRangePromises() throws IOException {
        describeWithoutSize();
        Path blobs = Files.createDirectories(repository().resolve("blobs"));
        Files.write(blobs.resolve("mirror-7.incomplete"), Arrays.copyOf(weights, 50_000));
        server.onHub(WEIGHTS, chunked(206, weights, 50_000, 120_000));
        server.onHub(WEIGHTS, chunked(206, weights, 120_000, weights.length));
        assertArrayEquals(weights, Files.readAllBytes(snapshot().resolve(WEIGHTS)));
    }

    @Test
    void refusesBodyThatIsAlwaysShorterThanItsRangePromises() throws IOException {
        describeWithoutSize();
        Path blobs = Files.createDirectories(repository().resolve("blobs"));
        Files.write(blobs.resolve("mirror-7.incomplete"), Arrays.copyOf(weights, 50_000));
        for (int i = 0; i < 10; i++) {
            server.onHub(WEIGHTS, chunked(206, weights, 50_000, 50_000));
        }
        assertHolds(failed(), "ended after 50000 of 300000 bytes");
        assertFalse(Files.exists(repository().resolve("snapshots")));
    }

    @Test
    void namesTheFilesThatAHalfDownloadedSnapshotLacks() throws IOException {
        Hub offline = builder(Map.of("HF_HUB_OFFLINE", "1")).build();
        Path folder = snapshot();
        Files.delete(folder.resolve(WEIGHTS));
        assertLacks(offline, folder, "model.safetensors (or model.safetensors.index.json with its shards)");
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"a\": \"m-1.safetensors\", \"b\": \"m-2.safetensors\"}}");
        Files.writeString(folder.resolve("m-1.safetensors"), "weights");
        assertLacks(offline, folder, "m-2.safetensors");
        Files.delete(folder.resolve("config.json"));
        assertLacks(offline, folder, "config.json, m-2.safetensors");
    }

    private static void assertLacks(Hub offline, Path folder, String files) {
        String message = assertThrows(InvalidInputException.class, () -> offline.snapshot(NAME, HubSelection.model()))
                .getMessage();
        assertHolds(message, folder + " lacks " + files + " and HF_HUB_OFFLINE forbids downloads");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void namesTheFileOfADictionaryWhoseContentIsMissing() throws IOException {
        server.file("layer_3/cfg.json", "{}").file("layer_3/sae_weights.safetensors", "w");
        HubSelection dictionary = HubSelection.folder("layer_3");
        Path folder = builder(Map.of()).build().snapshot(NAME, dictionary);
        Files.delete(folder.resolve("layer_3/sae_weights.safetensors").toRealPath());
        Hub offline = builder(Map.of("HF_HUB_OFFLINE", "1")).build();
        String message = assertThrows(InvalidInputException.class, () -> offline.snapshot(NAME, dictionary))
                .getMessage();
        assertHolds(message, folder + " lacks layer_3/sae_weights.safetensors and HF_HUB_OFFLINE forbids downloads");
    }

    @Test
    void givesUpSilentConnection() throws IOException {
        server.onStore(WEIGHTS, exchange -> {
            exchange.sendResponseHeaders(200, weights.length);
            exchange.getResponseBody().write(weights, 0, 1_000);
            exchange.getResponseBody().flush();
            try {
                Thread.sleep(20_000);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        RetryPolicy silent = new RetryPolicy(4, Duration.ofMillis(1), Duration.ofSeconds(5), Duration.ofMillis(200));
        Path folder = builder(Map.of()).retryPolicy(silent).build().snapshot(NAME, HubSelection.model());
        assertArrayEquals(weights, Files.readAllBytes(folder.resolve(WEIGHTS)));
    }

    @Test
    void rejectsContentWithWrongHash() throws IOException {
        byte[] wrong = weights.clone();
        wrong[299_999]++;
        server.serve(WEIGHTS, wrong);
        assertHolds(
                failed(),
                "model.safetensors of org/name arrived with 300000 bytes and a hash other than "
                        + FakeHub.sha256(weights));
        nothingIsVisible(FakeHub.sha256(weights));
    }

    @Test
    void rejectsSmallContentWithWrongHash() throws IOException {
        byte[] config = "{\"model_type\": \"gpt2\"}".getBytes(StandardCharsets.UTF_8);
        server.serve("config.json", "{\"model_type\": \"gpt3\"}".getBytes(StandardCharsets.UTF_8));
        assertHolds(failed(), "config.json of org/name arrived with 22 bytes and a hash other than");
        nothingIsVisible(FakeHub.gitHash(config));
    }

    @Test
    void rejectsContentWithWrongSize() throws IOException {
        server.serve(WEIGHTS, Arrays.copyOf(weights, 300_001));
        assertHolds(failed(), "is longer than the 300000 bytes that the hub declares");
        nothingIsVisible(FakeHub.sha256(weights));
        server.serve(WEIGHTS, Arrays.copyOf(weights, 299_999));
        assertHolds(failed(), "ended after 299999 of 300000 bytes");
        assertFalse(Files.exists(repository().resolve("snapshots")));
    }

    private void nothingIsVisible(String tag) throws IOException {
        assertFalse(Files.exists(repository().resolve("snapshots")));
        assertFalse(Files.exists(repository().resolve("refs")));
        assertTrue(tree(repository().resolve("blobs")).stream().noneMatch(blob -> blob.startsWith(tag)));
    }

    @Test
    void explainsDeniedAccess() {
        server.onHub("/api/", FakeHub.status(401));
        String message = refused();
        assertTrue(
                message.startsWith(
                        server.host() + " refuses org/name (401): it does not exist, is private or is gated"),
                message);
        assertTrue(message.contains("accept its licence") && message.contains("HF_TOKEN"), message);
        server.onHub(WEIGHTS, FakeHub.status(403, "X-Error-Code", "GatedRepo"));
        assertHolds(refused(), "refuses org/name (403)");
    }

    @Test
    void doesNotPrintInvalidToken() {
        server.onHub("/api/", FakeHub.status(401));
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> builder(Map.of("HF_TOKEN", "hf_secret")).build().snapshot(NAME, HubSelection.model()))
                .getMessage();
        assertTrue(message.contains("the token may not read it") && !message.contains("hf_secret"), message);
    }

    @Test
    void reportsMissingRepositoryRevisionAndFile() throws IOException {
        server.onHub("/api/", FakeHub.status(404));
        assertHolds(refused(), server.host() + " has no repository org/name with a revision main");
        HubName other = HubName.parse("org/name@v2");
        String message =
                assertThrows(InvalidInputException.class, () -> snapshot(other)).getMessage();
        assertEquals(
                server.host() + " has no revision v2 of org/name, expected a branch, a tag or a commit (404)", message);
        server.list("vocab.json");
        server.listNamesOnly();
        assertEquals(server.host() + " lists a file of org/name that does not exist (404)", refused());
    }

    @Test
    void waitsAsServerRequests() throws IOException {
        server.onHub("/api/", FakeHub.status(429, "Retry-After", "1"));
        long start = System.nanoTime();
        snapshot();
        assertTrue(System.nanoTime() - start >= 1_000_000_000L);
        assertEquals(2, seen("/api/").size());
    }

    @Test
    void reportsTooLongWait() {
        server.onHub("/api/", FakeHub.status(429, "Retry-After", "3600"));
        assertEquals(
                server.host()
                        + " rejects org/name (429) because of too many requests and requests a wait of 3600 seconds, which"
                        + " is too long; try again later",
                failed());
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusHours(2));
        server.onHub("/api/", FakeHub.status(503, "Retry-After", date));
        assertHolds(failed(), "(503) for org/name and requests a wait of 7");
    }

    @Test
    void retriesServerErrors() throws IOException {
        server.onHub("/api/", FakeHub.status(500));
        server.onHub(WEIGHTS, FakeHub.status(502));
        server.onStore(WEIGHTS, FakeHub.status(403));
        server.onHub("config.json", exchange -> exchange.sendResponseHeaders(200, 5));
        snapshot();
        for (int i = 0; i < 4; i++) {
            server.onHub("/api/", FakeHub.status(500));
        }
        String message = assertThrows(IOException.class, () -> snapshot(HubName.parse("org/name@other")))
                .getMessage();
        assertEquals(
                server.host()
                        + " responded with an error (500) for org/name@other, 4 consecutive times; try again later",
                message);
    }

    @Test
    void reportsServerThatIsNoHub() {
        server.onHub("/api/", exchange -> {
            byte[] page = "<html>Please sign in</html>".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
        });
        assertHolds(failed(), server.host() + " did not return a list of the files of org/name");
        server.onHub("/api/", FakeHub.status(302, "Location", "file:///etc/passwd"));
        assertHolds(failed(), "redirects to \"file:///etc/passwd\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil",
                "a/../../evil",
                "/etc/evil",
                "a\\..\\evil",
                "C:evil",
                "C:/evil",
                "a//b",
                "./a",
                "",
                "a\0b"
            })
    void rejectsNamesOutsideFolder(String name) throws IOException {
        server.list(name);
        String quoted = Json.mapper().valueToTree(name).toString();
        assertHolds(refused(), "lists a file " + quoted + " in org/name, expected names within");
        assertEquals(List.of(), tree(home));
    }

    @Test
    void rejectsPickles() throws IOException {
        try (FakeHub pickles = new FakeHub().file("config.json", "{}").file("pytorch_model.bin", "x")) {
            Hub hub = builder(Map.of()).endpoint(pickles.address()).build();
            String message = assertThrows(InvalidInputException.class, () -> hub.snapshot(NAME, HubSelection.model()))
                    .getMessage();
            assertTrue(message.contains("only pickled weights, which are not supported"), message);
        }
    }

    @Test
    void findsShardsThroughIndex() throws IOException {
        String index = "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}";
        try (FakeHub sharded = new FakeHub()
                .file("config.json", "{}")
                .file("model.safetensors.index.json", index)
                .file("model-1.safetensors", "one")
                .file("model-2.safetensors", "two")
                .file("model-3.safetensors", "three")) {
            Hub hub = builder(Map.of()).endpoint(sharded.address()).build();
            Path folder = hub.snapshot(NAME, HubSelection.model());
            assertEquals(
                    List.of(
                            "config.json",
                            "model-1.safetensors",
                            "model-2.safetensors",
                            "model.safetensors.index.json"),
                    tree(folder));
            Files.delete(folder.resolve("model-2.safetensors"));
            hub.snapshot(NAME, HubSelection.model());
            assertEquals("two", Files.readString(folder.resolve("model-2.safetensors")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../model.safetensors", "elsewhere/model.safetensors", "config.json", "absent.safetensors"})
    void rejectsShardsInOtherFolders(String shard) throws IOException {
        try (FakeHub sharded = new FakeHub()
                .file("config.json", "{}")
                .file("elsewhere/model.safetensors", "x")
                .file("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"" + shard + "\"}}")) {
            Hub hub = builder(Map.of()).endpoint(sharded.address()).build();
            String message = assertThrows(InvalidInputException.class, () -> hub.snapshot(NAME, HubSelection.model()))
                    .getMessage();
            assertTrue(message.contains("lists tensors in \"" + shard + "\""), message);
        }
    }

    @Test
    void downloadsSingleFolder() throws IOException {
        server.file("layer_3/cfg.json", "{}")
                .file("layer_3/sae_weights.safetensors", "w")
                .file("layer_4/cfg.json", "{}");
        Hub hub = builder(Map.of()).build();
        Path folder = hub.snapshot(NAME, HubSelection.folder("layer_3"));
        assertEquals(
                List.of("layer_3/cfg.json", "layer_3/sae_weights.safetensors"),
                tree(folder).stream().map(name -> name.replace('\\', '/')).toList());
        server.requests.clear();
        assertEquals(folder, hub.snapshot(NAME, HubSelection.folder("layer_3")));
        assertEquals(List.of(), server.requests);
        assertThrows(InvalidInputException.class, () -> hub.snapshot(NAME, HubSelection.folder("layer_4")));
        // The model of the same repository is not there yet.
        assertTrue(Files.exists(snapshot().resolve(WEIGHTS)));
    }

    @Test
    void makesNoRequestOffline() throws IOException {
        Map<String, String> offline = Map.of("HF_HUB_OFFLINE", "1");
        Hub hub = builder(offline).build();
        String message = assertThrows(InvalidInputException.class, () -> hub.snapshot(NAME, HubSelection.model()))
                .getMessage();
        assertTrue(message.startsWith("org/name is not in " + cache() + " and HF_HUB_OFFLINE forbids"), message);
        assertEquals(List.of(), server.requests);
        Path folder = snapshot();
        server.requests.clear();
        assertEquals(folder, hub.snapshot(NAME, HubSelection.model()));
        assertEquals(List.of(), server.requests);
    }

    @Test
    void copiesFilesWithoutLinks() throws IOException {
        Path folder = builder(Map.of("HF_HUB_DISABLE_SYMLINKS", "1")).build().snapshot(NAME, HubSelection.model());
        assertFalse(Files.isSymbolicLink(folder.resolve(WEIGHTS)));
        assertArrayEquals(weights, Files.readAllBytes(folder.resolve(WEIGHTS)));
    }

    @Test
    void concurrentCallsDownloadOnce() {
        List<CompletableFuture<Path>> all = Stream.generate(() -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return snapshot();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }))
                .limit(4)
                .toList();
        for (CompletableFuture<Path> one : all) {
            assertEquals(repository().resolve("snapshots").resolve(FakeHub.COMMIT), one.join());
        }
        assertEquals(
                1, server.requests.stream().filter(request -> !request.onHub()).count());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void reportsUnwritableCache() throws IOException {
        Files.createDirectories(repository());
        Files.writeString(repository().resolve("blobs"), "a file where the folder should be");
        assertThrows(IOException.class, this::snapshot);
        assertFalse(Files.exists(repository().resolve("snapshots")));
    }

    @Test
    void downloadsSingleFileThenModel() throws IOException {
        Hub hub = builder(Map.of()).build();
        Path folder = hub.snapshot(NAME, HubSelection.file("config.json"));
        assertTrue(Files.exists(folder.resolve("config.json")));
        assertFalse(Files.exists(folder.resolve(WEIGHTS)));
        assertEquals(List.of(), seen(WEIGHTS));
        assertEquals(List.of(), seen("tokenizer.json"));
        assertEquals(folder, builder(Map.of()).offline(true).build().snapshot(NAME, HubSelection.file("config.json")));
        assertEquals(folder, snapshot());
        assertTrue(Files.exists(folder.resolve(WEIGHTS)));
        assertTrue(Files.exists(folder.resolve("tokenizer.json")));
        String message = assertThrows(
                        InvalidInputException.class, () -> hub.snapshot(NAME, HubSelection.file("none.json")))
                .getMessage();
        assertHolds(message, "org/name has no none.json");
    }
}
