package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.checkpoint.Safetensors;
import dev.assay.io.Json;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyModelCommandTest {
    @TempDir
    Path folder;

    private Path model;
    private Path expected;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void find() throws URISyntaxException {
        model = Path.of(getClass().getResource("/dev/assay/model/gpt2").toURI());
        expected = model.resolve("expected.safetensors");
    }

    private int run(Path expectedFile, String... more) {
        String[] arguments = new String[4 + more.length];
        arguments[0] = "verify-model";
        arguments[1] = model.toString();
        arguments[2] = "--expected";
        arguments[3] = expectedFile.toString();
        System.arraycopy(more, 0, arguments, 4, more.length);
        return Assay.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    @Test
    void modelWithinTolerancePasses() {
        assertEquals(0, run(expected), err::toString);
        assertTrue(out.toString().contains("passed (tolerance 1e-04)"), out::toString);
    }

    @Test
    void differenceAboveToleranceExitsWith1() throws IOException {
        assertEquals(1, run(expected, "--json", "--tolerance", "1e-9"), err::toString);
        JsonNode json = Json.mapper().readTree(out.toString());
        assertEquals(false, json.get("passed").booleanValue());
        assertEquals(1e-9, json.get("tolerance").doubleValue());
        assertTrue(json.get("differences").get("logits").doubleValue() > 1e-9);
        assertEquals(0, json.get("unknown").size());
    }

    @Test
    void unknownTensorExitsWith1() throws IOException {
        Path more = folder.resolve("more.safetensors");
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Safetensors known = Safetensors.open(expected)) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            known.names().forEach(name -> tensors.put(name, known.load(manager, name)));
            tensors.put("mystery.0", manager.create(1f));
            Safetensors.write(more, tensors, Map.of());
        }
        assertEquals(1, run(more, "--json"), err::toString);
        JsonNode json = Json.mapper().readTree(out.toString());
        assertEquals("mystery.0", json.get("unknown").get(0).textValue());
    }

    @Test
    void unusableInputExitsWith2AndOneSentence() throws IOException {
        Path cut = folder.resolve("cut.safetensors");
        byte[] whole = Files.readAllBytes(expected);
        Files.write(cut, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertEquals(2, run(cut));
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertTrue(err.toString().startsWith("assay: " + cut), err::toString);
    }
}
