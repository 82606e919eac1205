package dev.assay.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.Browser;
import dev.assay.feature.prompt.PromptOptions;
import dev.assay.feature.prompt.PromptRanking;
import dev.assay.feature.prompt.PromptReport;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the prompt box in headless Chromium, which can reach only the server. */
@Timeout(60)
@Tag("slow")
class PromptBoxInBrowserTest {
    private static final String PROMPT = "Nora gave the lantern to Felix.";
    private static final String HOSTILE = "Nora </script><img onerror=alert(1) src=x>";
    private static final String STATUS = "document.getElementById('live-status').textContent";
    private static final String FOCUS = "document.activeElement.id";

    @TempDir
    private static Path folder;

    private static ServedDictionary dictionary;
    private static RunningServer server;
    private static Browser browser;

    @BeforeAll
    static void start() throws IOException {
        Browser.require(PromptBoxInBrowserTest.class);
        dictionary = new ServedDictionary(folder.resolve("store"));
        server = FeatureServer.of(dictionary.inspector).port(0).start();
        browser = Browser.open(folder.resolve("profile"));
    }

    @AfterAll
    static void stop() throws IOException {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
        if (dictionary != null) {
            dictionary.close();
        }
    }

    @BeforeEach
    void openPage() throws IOException {
        open(server.address());
        browser.complaints();
        browser.requests();
    }

    @Test
    void runsAPromptAndOpensItsFeatures() throws IOException {
        ask(PROMPT);
        PromptReport expected = dictionary.inspector.prompt(
                PROMPT, PromptOptions.by(PromptRanking.ACTIVATION).count(12));
        assertEquals(expected.tokens().size(), number("document.querySelectorAll('#live-tokens button').length"));
        assertEquals(PROMPT, promptTokens());
        List<Integer> ranked = new ArrayList<>();
        browser.run("return [...document.querySelectorAll('#live-rows tr')].map(row => +row.dataset.latent)")
                .forEach(latent -> ranked.add(latent.asInt()));
        assertEquals(
                expected.features().stream().map(feature -> feature.latent()).toList(),
                ranked,
                "in the order of ranks");
        assertTrue(truth("document.querySelector('#live-rows .peaks code').textContent"));
        assertTrue(text(STATUS).contains("" + expected.active()), text(STATUS));

        // A click on a token lists its features, a second click all features.
        browser.run("document.querySelectorAll('#live-tokens button')[2].click()");
        assertEquals(
                expected.tokens().get(2).features().size(),
                number("document.querySelectorAll('#live-rows tr').length"));
        browser.run("document.querySelectorAll('#live-tokens button')[2].click()");

        browser.run("document.querySelectorAll('#live-rows a')[1].click()");
        browser.until("document.querySelector('#detail h3')?.textContent === 'Feature " + ranked.get(1) + "'");
        assertEquals("features", text("document.documentElement.dataset.view"));
        assertTrue(truth("document.querySelectorAll('#live-rows tr').length > 1"), "the answer stays");
        long top = number("document.getElementById('browser').getBoundingClientRect().top");
        assertTrue(top >= 0 && top < 120, "the page went to the feature: " + top);
        assertNoOtherErrorsOrRequests();
    }

    @Test
    void ablationShowsTheChangeOfTheLoss() throws IOException {
        ask(PROMPT);
        browser.run("document.querySelector('#live-rows button').click()");
        browser.until("document.querySelector('#live-effects div div span')");
        assertTrue(text(STATUS).contains("ranked by activation"), text(STATUS));
        assertTrue(text("document.getElementById('live-effects').textContent").contains("ablated in its strongest"));
        assertNoOtherErrorsOrRequests();
    }

    @Test
    void isOperableByKeyboard() throws IOException {
        browser.run("document.body.tabIndex = -1; document.body.focus()");
        tabTo(FOCUS + " === 'live-text'");
        browser.type("Nora gave jk g"); // some of these are keyboard shortcuts of the page
        assertEquals("overview", text("document.documentElement.dataset.view"));
        browser.hold("Control", "Enter");
        browser.until(
                "!document.getElementById('live-answer').hidden && !document.getElementById('live-run').disabled");
        assertEquals("Nora gave jk g", promptTokens());

        tabTo(FOCUS + " === 'live-ranking'");
        browser.press("Down", "Down", "Down");
        browser.until("document.getElementById('live-heads').textContent.includes('Effect')"
                + " && !document.getElementById('live-run').disabled");
        tabTo(FOCUS + " === 'live-run'");
        browser.press("Enter");
        browser.until("!document.getElementById('live-run').disabled");
        tabTo("document.activeElement.matches('.live-token')");
        browser.press("Right", "Right", "Left", "Enter");
        assertEquals("true", text("document.querySelectorAll('.live-token')[1].getAttribute('aria-pressed')"));
        tabTo("document.activeElement.matches('#live-rows a')"); // Tab reaches the tokens once
        String latent = text("document.activeElement.textContent");
        browser.press("Enter");
        browser.until("document.querySelector('#detail h3')?.textContent === 'Feature " + latent + "'");
        assertEquals("H3", text("document.activeElement.tagName"));

        browser.run("document.getElementById('live-run').focus()");
        tabTo(FOCUS + " === 'live-clear'");
        browser.press("Enter");
        assertTrue(truth("document.getElementById('live-answer').hidden"));
        assertEquals("live-text", text(FOCUS));
        assertNoOtherErrorsOrRequests();
    }

    @Test
    void showsErrorsAsOneSentence() throws IOException {
        click();
        assertEquals("Enter a text first.", text(STATUS));
        assertNoOtherErrorsOrRequests();

        write("lantern ".repeat(2000));
        click();
        browser.until("document.getElementById('live-status').classList.contains('failed')");
        String sentence = text(STATUS);
        assertTrue(sentence.contains("expected at most the model's context length"), sentence);
        assertEquals(1, sentence.lines().count());
        assertTrue(truth("document.getElementById('live-answer').hidden"));
        List<String> complaints = browser.complaints(); // logged by the browser for the status of the response
        assertEquals(1, complaints.size(), complaints.toString());
        assertTrue(complaints.get(0).contains("400"), complaints.toString());

        ask(PROMPT);
        assertFalse(truth("document.getElementById('live-status').classList.contains('failed')"), "it goes on");
        assertNoOtherErrorsOrRequests();
    }

    @Test
    void reportsAStoppedServer() throws IOException {
        RunningServer brief = FeatureServer.of(dictionary.inspector).port(0).start();
        try {
            open(brief.address());
        } finally {
            brief.close();
        }
        write(PROMPT);
        click();
        browser.until("document.getElementById('live-status').classList.contains('failed')");
        assertEquals("the server does not respond; is it still running?", text(STATUS));
        assertFalse(truth("document.getElementById('live-run').disabled"), "one can try again");
    }

    @Test
    void escapesAHostilePrompt() throws IOException {
        ask(HOSTILE);
        assertEquals(HOSTILE, promptTokens());
        assertEquals(0, number("document.querySelectorAll('img').length"));
        assertNotEquals(0, number("document.querySelectorAll('#live-rows tr').length"));
        assertNoOtherErrorsOrRequests();
    }

    /** Checks that the console has no errors and that only this server was contacted. */
    private static void assertNoOtherErrorsOrRequests() throws IOException {
        assertEquals(List.of(), browser.complaints());
        for (String address : browser.requests()) {
            assertTrue(address.startsWith(server.address().toString()) || address.startsWith("about:"), address);
        }
    }

    private static void open(URI address) throws IOException {
        browser.open(address);
        browser.until("document.documentElement.dataset.ready");
    }

    private static void ask(String prompt) throws IOException {
        write(prompt);
        click();
        browser.until(
                "!document.getElementById('live-answer').hidden && !document.getElementById('live-run').disabled");
    }

    /** Returns the tokens of the prompt as the page shows them, with spaces in place of the signs of tokens of white space. */
    private static String promptTokens() throws IOException {
        return text("document.getElementById('live-tokens').textContent").replace('·', ' ');
    }

    private static void write(String prompt) throws IOException {
        browser.run("document.getElementById('live-text').value = " + "`" + prompt + "`");
    }

    private static void click() throws IOException {
        browser.run("document.getElementById('live-run').click()");
    }

    /** Presses Tab until a condition holds and checks that the focus is visible. */
    private static void tabTo(String condition) throws IOException {
        for (int i = 0; i < 12; i++) {
            browser.press("Tab");
            if (truth(condition)) {
                assertNotEquals("none", text("getComputedStyle(document.activeElement).outlineStyle"), condition);
                return;
            }
        }
        throw new AssertionError("Tab does not lead to " + condition + " but to "
                + text("document.activeElement.outerHTML.slice(0, 200)"));
    }

    private static String text(String expression) throws IOException {
        return browser.run("return " + expression).asText();
    }

    private static long number(String expression) throws IOException {
        return browser.run("return " + expression).asLong();
    }

    private static boolean truth(String expression) throws IOException {
        return browser.run("return !!(" + expression + ")").asBoolean();
    }
}
