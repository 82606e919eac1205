package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import dev.assay.model.Fixtures;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class JobBenchCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int run(String... options) throws Exception {
        Path text = folder.resolve("text.txt");
        Files.writeString(text, "Tom saw a dog. The dog saw Tom and barked.\n".repeat(400));
        String[] command = new String[options.length + 9];
        System.arraycopy(
                new String[] {
                    "bench",
                    "job",
                    "--model",
                    Fixtures.folder("gpt_neox").toString(),
                    "--text",
                    text.toString(),
                    "--hook",
                    "blocks.0.hook_resid_post",
                    "--json"
                },
                0,
                command,
                0,
                9);
        System.arraycopy(options, 0, command, 9, options.length);
        return Assay.run(new PrintWriter(out), new PrintWriter(err), command);
    }

    private JsonNode report(String... options) throws Exception {
        out.getBuffer().setLength(0);
        assertEquals(0, run(options), err::toString);
        return Json.mapper().readTree(out.toString());
    }

    @Test
    void reportsTimeMemoryAndPartsOfTheJob() throws Exception {
        JsonNode report = report("--d-sae", "64", "--k", "4", "--tokens", "20000", "--batch", "500");
        double parts = report.get("load_cpu_seconds").doubleValue()
                + report.get("harvest_cpu_seconds").doubleValue()
                + report.get("train_cpu_seconds").doubleValue();
        assertEquals(parts, report.get("parts_cpu_seconds").doubleValue(), 1e-9);
        assertEquals(
                report.get("job_cpu_seconds").doubleValue() / parts,
                report.get("job_ratio_to_parts").doubleValue(),
                1e-9);
        assertTrue(report.get("job_seconds").doubleValue() > 0);
        assertTrue(Double.isFinite(report.get("job_explained_variance").doubleValue()));
        assertTrue(report.has("job_peak_rss_bytes") && report.has("threads"));
    }

    @Test
    void modelComputesRepeatedTextOnceUnlessNothingIsKept() throws Exception {
        String[] small = {"--d-sae", "64", "--k", "4", "--tokens", "60000", "--batch", "500"};
        long once = report(small).get("job_computed_tokens").longValue();
        String[] without = {"--d-sae", "64", "--k", "4", "--tokens", "60000", "--batch", "500", "--cache-bytes", "0"};
        long each = report(without).get("job_computed_tokens").longValue();
        assertTrue(each >= 60_000 && 2 * once < each, once + " and " + each + " tokens");
    }

    @Test
    void rejectsLessThanABatch() throws Exception {
        assertEquals(2, run("--tokens", "100"));
        assertEquals("assay: --tokens is 100, expected at least one batch of 2048\n", err.toString());
    }
}
