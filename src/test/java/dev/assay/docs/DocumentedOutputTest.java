package dev.assay.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.cli.Assay;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of docs/interventions.md in full and compares the output that the page states. On a processor that rounds sums otherwise than
 * the recording one, only the form of the output is compared.
 */
@Tag("documentation")
class DocumentedOutputTest {
    @TempDir
    private Path folder;

    @Test
    void interventionsPrintTheStatedTables() throws IOException {
        MarkdownFile page = MarkdownFile.read(Path.of("docs/interventions.md"));
        List<String> stated = page.blocks().stream()
                .filter(block -> block.language().isEmpty() && !block.text().contains("scripts/assay"))
                .map(MarkdownFile.Block::text)
                .filter(text -> text.startsWith("logit of") || text.startsWith("dose "))
                .toList();
        assertEquals(2, stated.size());
        List<String> printed = page.commands().stream()
                .limit(4)
                .map(command -> run(command.words().subList(1, command.words().size())))
                .toList();
        assertTrue(printed.get(2).startsWith("logit of"), printed.get(2));
        assertTrue(printed.get(3).contains("dose    loss"), printed.get(3));
        if (repeatsTheProbe()) {
            assertContainsLines(printed.get(2), stated.get(0));
            assertContainsLines(printed.get(3), stated.get(1));
        }
    }

    private static void assertContainsLines(String printed, String stated) {
        List<String> lines = printed.lines().map(String::strip).toList();
        for (String line : stated.lines().map(String::strip).toList()) {
            assertTrue(line.equals("…") || lines.contains(line), () -> "not printed: " + line + "\nbut\n" + printed);
        }
    }

    /** Runs a command with its folder runs/ in a temporary place. */
    private String run(List<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        String[] moved = arguments.stream()
                .map(word -> word.startsWith("runs/") ? folder.resolve(word).toString() : word)
                .toArray(String[]::new);
        assertEquals(0, Assay.run(new PrintWriter(out), new PrintWriter(errors), moved), errors.toString());
        return out.toString();
    }

    private static boolean repeatsTheProbe() throws IOException {
        JsonNode recorded = Json.mapper()
                .readTree(Files.readString(Path.of("src/test/resources/golden/0.1.0/expected.json")))
                .get("processor_probe");
        long[] ids = new long[4 * 32];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = 1 + i * 37L % 1000;
        }
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                HookedTransformer model = HookedTransformer.load("assay/stories");
                ActivationCache cache = model.cache(manager.create(ids, new Shape(4, 32)), HookPoint.residPost(3))) {
            float[] values = cache.get(HookPoint.residPost(3)).toFloatArray();
            for (int i = 0; i < recorded.size(); i++) {
                if (values[values.length - recorded.size() + i]
                        != recorded.get(i).floatValue()) {
                    return false;
                }
            }
            return true;
        }
    }
}
