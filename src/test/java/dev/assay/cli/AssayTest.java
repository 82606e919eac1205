package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.hub.Hub;
import dev.assay.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssayTest {
    private static final Path FIXTURES = Path.of("src/test/resources/dev/assay/sae");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void verifySaePrintsReportAsText() {
        Path sae = FIXTURES.resolve("topk_rescale");
        assertEquals(0, run("verify-sae", sae.toString())); // reads expected.safetensors of the folder
        assertTrue(out.toString().startsWith("sae_in "), out::toString);
        assertTrue(out.toString().endsWith("passed (tolerance 1e-04)" + System.lineSeparator()), out::toString);
        assertEquals("", err.toString());
    }

    @Test
    void everyCommandAcceptsALimitOfDownloadsOfUnknownSize() {
        String before = System.getProperty(Hub.MAX_BYTES);
        try {
            Path sae = FIXTURES.resolve("topk_rescale");
            assertEquals(0, run("verify-sae", sae.toString(), "--max-bytes", "12345"));
            assertEquals("12345", System.getProperty(Hub.MAX_BYTES));
            assertEquals(2, run("--max-bytes", "0", "verify-sae", sae.toString()));
            assertTrue(
                    err.toString().contains("--max-bytes is 0, expected a number of bytes, at least 1"), err::toString);
        } finally {
            System.clearProperty(Hub.MAX_BYTES);
            if (before != null) {
                System.setProperty(Hub.MAX_BYTES, before);
            }
        }
    }

    @Test
    void verifySaePrintsReportAsJson() throws IOException {
        Path sae = FIXTURES.resolve("topk");
        String expected = sae + "/expected.safetensors";
        assertEquals(0, run("verify-sae", sae.toString(), "--expected", expected, "--json"));
        JsonNode report = Json.mapper().readTree(out.toString());
        assertTrue(report.get("passed").booleanValue());
        assertEquals(1e-4, report.get("tolerance").doubleValue());
        assertTrue(report.get("differences").get("recon").doubleValue() < 1e-5);
        assertTrue(report.get("active_sets_equal").booleanValue());
        assertEquals(0, report.get("unknown").size());
        assertEquals(1, run("verify-sae", sae.toString(), "--expected", expected, "--tolerance=-1"));
    }

    @Test
    void reportsWrongInputInOneSentence() throws IOException {
        Path sae = FIXTURES.resolve("topk");
        Path cut = folder.resolve("cut.safetensors");
        byte[] whole = Files.readAllBytes(sae.resolve("expected.safetensors"));
        Files.write(cut, java.util.Arrays.copyOf(whole, whole.length - 1));
        assertRefused(folder + " contains no dictionary, expected ", folder.toString(), "--expected=x");
        assertRefused("no such file: x", sae.toString(), "--expected=x");
        assertRefused(cut + ": data_offsets of tensor ", sae.toString(), "--expected", cut.toString());
        assertRefused(
                "Invalid value for option '--tolerance': 'a' is not a double",
                sae + "",
                "--expected=x",
                "--tolerance=a");
    }

    @Test
    void reportsMissingDeviceInOneSentence() {
        assertEquals(2, run("bench", "train", "--device", "tpu"));
        assertEquals(
                "assay: device is \"tpu\", expected cpu, or gpu0, gpu1, …",
                err.toString().strip());
        assertEquals(2, run("bench", "harvest", "--device", "gpu99"));
        assertTrue(err.toString().contains("device is \"gpu99\", but PyTorch sees "), err::toString);
    }

    @Test
    void rejectsBenchmarkSizesOutOfRange() {
        assertOneSentence("--warmup is -1, expected at least 0", "bench", "harvest", "--warmup", "-1");
        assertOneSentence("--rounds is 0, expected at least 1", "bench", "harvest", "--rounds", "0");
        assertOneSentence("--width is -3, expected at least 1", "bench", "store", "--width", "-3");
        assertOneSentence("--live-tokens is -1, expected at least 0", "bench", "store", "--live-tokens", "-1");
    }

    @Test
    void numbersHaveSuffixesAndSeparators() {
        assertOneSentence("--warmup is -2000, expected at least 0", "bench", "harvest", "--warmup", "-2k");
        assertOneSentence(
                "--live-tokens is -1000000, expected at least 0", "bench", "store", "--live-tokens", "-1_000_000");
        assertOneSentence(
                "Invalid value for option '--rounds': expected a whole number such as 20000, 1_000_000, 20k or 1.5M but was '1.5'",
                "bench",
                "harvest",
                "--rounds",
                "1.5");
        assertOneSentence(
                "Invalid value for option '--rounds': expected a number of at most 2147483647 but was '3G'",
                "bench",
                "harvest",
                "--rounds",
                "3G");
    }

    private void assertOneSentence(String message, String... command) {
        err.getBuffer().setLength(0);
        assertEquals(2, run(command), err::toString);
        assertEquals("assay: " + message, err.toString().strip());
    }

    @Test
    void listsCommandsIfNoneIsGiven() {
        assertEquals(2, run());
        assertTrue(err.toString().startsWith("assay: no command given, expected one of "), err::toString);
        assertEquals(0, run("--help"));
        assertTrue(out.toString().contains("verify-sae"), out::toString);
    }

    @Test
    void mapsFailuresToMessagesAndExitCodes() {
        assertEquals("assay: k is 0", report(2, new InvalidInputException("k is 0")));
        assertEquals("assay: no permission for /x", report(2, new AccessDeniedException("/x")));
        assertEquals(
                "assay: /x: No space left on device",
                report(2, new FileSystemException("/x", null, "No space left on device")));
        assertEquals("assay: a: b", report(2, new UncheckedIOException("a", new IOException("b"))));
        assertTrue(report(2, new OutOfMemoryError("Java heap space"))
                .startsWith("assay: out of memory (Java heap space); use smaller batches"));
        assertEquals(
                "assay: out of memory (PyTorch: can't allocate memory); use smaller batches",
                report(2, new EngineException("DefaultCPUAllocator: can't allocate memory: you tried to …")));
        assertEquals(
                "assay: out of memory (PyTorch: CUDA out of memory); use smaller batches",
                report(2, new EngineException("CUDA out of memory. Tried to allocate …")));
        assertTrue(report(70, new IllegalStateException("oops")).contains("IllegalStateException: oops"));
    }

    private String report(int code, Throwable failure) {
        StringWriter text = new StringWriter();
        assertEquals(code, ErrorReporter.report(failure, new PrintWriter(text, true)));
        return text.toString().strip();
    }

    private void assertRefused(String message, String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "verify-sae";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        err.getBuffer().setLength(0);
        assertEquals(2, run(all));
        String text = err.toString();
        assertTrue(text.startsWith("assay: " + message), text);
        assertEquals(1, text.lines().count(), text);
        assertEquals("", out.toString());
    }

    private int run(String... arguments) {
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
