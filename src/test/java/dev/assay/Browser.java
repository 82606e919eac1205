package dev.assay;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** Headless Chromium without network access, controlled through chromedriver's W3C endpoints. */
public final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("Tab", "\uE004"),
            Map.entry("Enter", "\uE007"),
            Map.entry("Control", "\uE009"),
            Map.entry("Escape", "\uE00C"),
            Map.entry("End", "\uE010"),
            Map.entry("Home", "\uE011"),
            Map.entry("Left", "\uE012"),
            Map.entry("Up", "\uE013"),
            Map.entry("Right", "\uE014"),
            Map.entry("Down", "\uE015"));

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process driver;
    private final String session;

    private Browser(Process driver, String session) {
        this.driver = driver;
        this.session = session;
    }

    /** Skips the tests of a class with a message if the programs are not installed. */
    public static void require(Class<?> tests) {
        boolean installed = Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER);
        if (!installed) {
            System.out.println(tests.getSimpleName() + " is skipped: there is no " + CHROMIUM + " with its " + DRIVER);
        }
        Assumptions.assumeTrue(installed, "no Chromium with chromedriver");
    }

    /** Starts a browser with a new profile in an empty folder. */
    public static Browser open(Path profile) throws IOException {
        Process driver = new ProcessBuilder(DRIVER.toString(), "--port=0")
                .redirectErrorStream(true)
                .start();
        try {
            String address = "http://127.0.0.1:" + port(driver);
            Map<String, Object> options = Map.of(
                    "binary",
                    CHROMIUM.toString(),
                    "args",
                    List.of(
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--disable-dev-shm-usage",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync",
                            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                            "--window-size=1500,1000",
                            "--user-data-dir=" + profile));
            Map<String, Object> wanted = Map.of(
                    "browserName",
                    "chrome",
                    "goog:chromeOptions",
                    options,
                    "goog:loggingPrefs",
                    Map.of("browser", "ALL", "performance", "ALL"));
            Browser starting = new Browser(driver, address + "/session");
            JsonNode answer = starting.send("POST", "", Map.of("capabilities", Map.of("alwaysMatch", wanted)));
            return new Browser(
                    driver, address + "/session/" + answer.get("sessionId").asText());
        } catch (IOException | RuntimeException e) {
            driver.destroy();
            throw e;
        }
    }

    private static int port(Process driver) throws IOException {
        BufferedReader said =
                new BufferedReader(new InputStreamReader(driver.getInputStream(), StandardCharsets.UTF_8));
        Pattern started = Pattern.compile("started successfully on port (\\d+)");
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            Matcher matcher = started.matcher(line);
            if (matcher.find()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        throw new IOException("chromedriver ended before it listened");
    }

    /** Opens a page of a file with a fragment, without state of earlier pages. */
    public void open(Path file, String fragment) throws IOException {
        open(URI.create(file.toUri() + fragment));
    }

    /** Opens a page without state of earlier pages. */
    public void open(URI address) throws IOException {
        send("POST", "/url", Map.of("url", "about:blank"));
        send("POST", "/url", Map.of("url", address.toString()));
        // chromedriver may answer while the empty page is still there: the new page can live in another process.
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!run("return document.URL !== 'about:blank' && document.readyState === 'complete'")
                .asBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("never loaded: " + address);
            }
        }
    }

    /** Runs the body of a script in the page and returns its result as JSON; a promise is awaited. */
    public JsonNode run(String script) throws IOException {
        return send("POST", "/execute/sync", Map.of("script", script, "args", List.of()));
    }

    /** Waits until an expression is true in the page. */
    public void until(String expression) throws IOException {
        String script = "return new Promise((done, fail) => { const end = Date.now() + 15000;"
                + "(function again() { if (" + expression + ") done(true); else if (Date.now() > end) done(false);"
                + " else setTimeout(again, 20); })(); })";
        if (!run(script).asBoolean()) {
            throw new AssertionError("never true in the page: " + expression);
        }
    }

    /** Presses a sequence of keys: names such as {@code Tab}, or characters. */
    public void press(String... keys) throws IOException {
        List<Object> actions = new ArrayList<>();
        for (String key : keys) {
            actions.add(stroke("keyDown", key));
            actions.add(stroke("keyUp", key));
        }
        strike(actions);
    }

    /** Presses a key while another one is pressed. */
    public void hold(String held, String key) throws IOException {
        strike(List.of(stroke("keyDown", held), stroke("keyDown", key), stroke("keyUp", key), stroke("keyUp", held)));
    }

    private static Map<String, Object> stroke(String type, String key) {
        return Map.of("type", type, "value", KEYS.getOrDefault(key, key));
    }

    private void strike(List<?> actions) throws IOException {
        send("POST", "/actions", Map.of("actions", List.of(Map.of("type", "key", "id", "keys", "actions", actions))));
    }

    /** Types text into the focused element. */
    public void type(String text) throws IOException {
        press(text.codePoints().mapToObj(Character::toString).toArray(String[]::new));
    }

    /** Switches to a frame of the page, counted from 0. */
    public void frame(int number) throws IOException {
        send("POST", "/frame", Map.of("id", number));
    }

    public void back() throws IOException {
        send("POST", "/back", Map.of());
    }

    /** Disables scripts in pages opened later. */
    public void forbidScripts() throws IOException {
        command("Emulation.setScriptExecutionDisabled", Map.of("value", true));
    }

    /** Sets the size of the window and the preferred colour scheme. */
    public void look(int width, int height, boolean dark) throws IOException {
        command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        command(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** Saves a screenshot of the window. */
    public void picture(Path png) throws IOException {
        Files.write(
                png, Base64.getDecoder().decode(send("GET", "/screenshot", null).asText()));
    }

    /**
     * Returns what pages wrote to the console or failed with, since the last call. The browser's own page, which it starts with, does not
     * count: its scripts may be under way when a test forbids them.
     */
    public List<String> complaints() throws IOException {
        List<String> lines = new ArrayList<>();
        for (JsonNode line : send("POST", "/se/log", Map.of("type", "browser"))) {
            String message = line.get("message").asText();
            if (!message.startsWith("chrome://")) {
                lines.add(message);
            }
        }
        return lines;
    }

    /** Returns the addresses requested since the last call. */
    public List<String> requests() throws IOException {
        List<String> addresses = new ArrayList<>();
        for (JsonNode line : send("POST", "/se/log", Map.of("type", "performance"))) {
            JsonNode message =
                    Json.mapper().readTree(line.get("message").asText()).get("message");
            if (message.get("method").asText().equals("Network.requestWillBeSent")) {
                addresses.add(message.at("/params/request/url").asText());
            }
        }
        return addresses;
    }

    private JsonNode command(String name, Map<String, Object> parameters) throws IOException {
        return send("POST", "/goog/cdp/execute", Map.of("cmd", name, "params", parameters));
    }

    private JsonNode send(String method, String path, Map<String, Object> body) throws IOException {
        HttpRequest.BodyPublisher content = body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(Json.mapper().writeValueAsBytes(body));
        HttpRequest request = HttpRequest.newBuilder(URI.create(session + path))
                .header("Content-Type", "application/json")
                .method(method, content)
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode value = Json.mapper().readTree(response.body()).get("value");
            if (response.statusCode() != 200) {
                throw new IOException("chromedriver: " + value.get("message").asText());
            }
            return value;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            send("DELETE", "", null);
        } finally {
            driver.destroy();
        }
    }
}
