package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.ChildJvm;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@Tag("slow")
class ServeCommandTest {
    private static final int TERMINATED = 128 + 15; // by the signal TERM

    @TempDir
    private Path temporary;

    private final StringWriter err = new StringWriter();

    @Test
    void rejectsIncompleteFoldersInOneSentence() throws Exception {
        Path folder = SavedDictionary.save(temporary.resolve("dictionary"), 1);
        assertFault(" has no feature store, expected one in ", "serve", folder.toString(), "--port", "0");
        assertFault("expected --model", "serve", folder.toString(), "--port", "0", "--text", "assay/stories/9");
    }

    @Test
    void rejectsUnusableAddressBeforeLoading() throws Exception {
        String nothing = temporary.resolve("no-dictionary-here").toString();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = "" + taken.getLocalPort();
            assertFault(port + " is in use, expected a free port", "serve", nothing, "--port", port);
        }
        assertFault("the port is 65536, expected 0 to 65535", "serve", nothing, "--port", "65536");
        assertFault(
                "192.0.2.1:0 does not belong to this machine", "serve", nothing, "--bind", "192.0.2.1", "--port", "0");
        assertFault("cannot resolve the address \"no such name.\"", "serve", nothing, "--bind", "no such name.");
    }

    @Test
    void releasesPortAfterFailure() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertFault(" has no feature store", "serve", temporary.toString(), "--port", "" + port);
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    }

    @Test
    void servesUntilTerminated() throws Exception {
        Path folder = SavedDictionary.save(temporary.resolve("dictionary"), 1);
        SavedDictionary.collect(folder);
        Process process = ChildJvm.of(
                        Assay.class, "serve", folder.toString(), "--model", SavedDictionary.model(), "--port", "0")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = process.inputReader()) {
            String line = output.readLine();
            Matcher address = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/").matcher("" + line);
            assertTrue(address.find(), line);
            HttpResponse<String> page = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(address.group())).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertEquals(200, page.statusCode());
            assertTrue(page.body().contains("<title>Features of dictionary</title>"));
            process.toHandle().destroy(); // unlike Process.destroy, keeps its output open
            assertEquals(null, output.readLine(), "prints nothing when it ends");
            assertEquals(TERMINATED, process.waitFor());
        } finally {
            process.destroyForcibly();
        }
    }

    private void assertFault(String part, String... arguments) {
        err.getBuffer().setLength(0);
        assertEquals(2, Assay.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), arguments));
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().contains(part), err.toString());
    }
}
