package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DescribeCommandTest {
    /** Holds a configuration and no weights. */
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void copy() throws IOException, URISyntaxException {
        Path model = Path.of(getClass().getResource("/dev/assay/model/gpt2").toURI());
        Files.copy(model.resolve("config.json"), folder.resolve("config.json"));
    }

    private int run(String... arguments) {
        return Assay.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    @Test
    void describesFolderByItsConfiguration() {
        assertEquals(0, run("describe", folder.toString()), err::toString);
        assertTrue(out.toString().startsWith(folder + ": gpt2, "), out::toString);
        assertTrue(out.toString().contains("blocks.2.attn.hook_pattern"), out::toString);
    }

    @Test
    void printsSizesAndSitesAsJson() throws IOException {
        assertEquals(0, run("describe", folder.toString(), "--json"), err::toString);
        JsonNode json = Json.mapper().readTree(out.toString());
        assertEquals("gpt2", json.get("family").textValue());
        assertEquals(3, json.get("layers").intValue());
        assertTrue(json.get("parameters").longValue() > 1000);
        JsonNode site = json.get("sites").get(0);
        assertEquals("hook_embed", site.get("name").textValue());
        assertEquals("batch", site.get("shape").get(0).textValue());
        assertTrue(site.get("shape").get(2).isInt(), site::toString);
    }

    @Test
    void rejectsFolderWithoutConfiguration() {
        assertEquals(2, run("describe", folder.resolve("none").toString()));
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertTrue(err.toString().startsWith("assay: "), err::toString);
    }

    @Test
    @Timeout(60)
    void describesHubModelFromItsConfigurationAlone() throws Exception {
        Path repository = folder.resolve("hub/models--org--name");
        Files.writeString(Files.createDirectories(repository.resolve("refs")).resolve("main"), "00ff00");
        Path snapshot = Files.createDirectories(repository.resolve("snapshots/00ff00"));
        Files.copy(folder.resolve("config.json"), snapshot.resolve("config.json"));
        ProcessBuilder program = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Dai.djl.offline=true",
                        Assay.class.getName(),
                        "describe",
                        "org/name",
                        "--json")
                .redirectErrorStream(true);
        program.environment().put("HF_HUB_CACHE", folder.resolve("hub").toString());
        program.environment().put("HF_HUB_OFFLINE", "1");
        Process process = program.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), printed);
        JsonNode json = Json.mapper().readTree(printed);
        assertEquals("org/name", json.get("name").textValue());
        assertEquals(3, json.get("layers").intValue());
    }

    @Test
    void rejectsNamesThatAreNoModelInOneSentence() {
        for (String model : new String[] {"model.pt", "assay/nothing", "no such folder", "config.json/x/y"}) {
            err.getBuffer().setLength(0);
            assertEquals(2, run("describe", model));
            assertEquals(1, err.toString().lines().count(), err::toString);
            assertTrue(err.toString().contains(model), err::toString);
        }
    }
}
