package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerifyPrecisionCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String model;

    @BeforeEach
    void find() throws URISyntaxException {
        model = Path.of(getClass().getResource("/dev/assay/model/gpt2").toURI()).toString();
    }

    private int run(String... arguments) {
        return Assay.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    @Test
    void printsErrorsAsJson() throws IOException {
        assertEquals(
                0, run("verify-precision", model, "--precision", "float16", "--length", "9", "--json"), err::toString);
        JsonNode json = Json.mapper().readTree(out.toString());
        assertEquals("float16", json.get("precision").textValue());
        assertEquals(36, json.get("tokens").intValue());
        assertEquals(4, json.get("sites").size());
        assertTrue(json.get("logits").get("relative").doubleValue() > 0, json::toString);
    }

    @Test
    void printsErrorsAsTable() {
        assertEquals(0, run("verify-precision", model, "--text", "one ball", "--text", "a"), err::toString);
        assertTrue(out.toString().startsWith("bfloat16 against float32, "), out::toString);
        assertTrue(out.toString().contains("blocks.2.hook_resid_post"), out::toString);
    }

    @Test
    void float32EqualsItself() throws IOException {
        assertEquals(0, run("verify-precision", model, "--precision", "float32", "--json"), err::toString);
        JsonNode json = Json.mapper().readTree(out.toString());
        assertEquals(0, json.get("logits").get("largest").doubleValue());
        assertEquals(1, json.get("sameTop").doubleValue());
    }

    @Test
    void rejectsLengthOfZero() {
        assertEquals(2, run("verify-precision", model, "--length", "0"));
        assertTrue(err.toString().startsWith("assay: --length is 0"), err::toString);
    }
}
