package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CompletionCommandTest {
    @TempDir
    private Path folder;

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void bashCompletesCommandsAndOptions() throws IOException, InterruptedException {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertEquals(0, Assay.run(new PrintWriter(out), new PrintWriter(err), "completion"), err::toString);
        Path script = Files.writeString(folder.resolve("completion.sh"), out.toString());
        assertEquals(List.of("inspect"), completions(script, "insp"));
        assertEquals(List.of("--d-sae"), completions(script, "train", "--d-s"));
        assertEquals(List.of("contrast"), completions(script, "audit", "contr"));
    }

    /** Returns the completions of the last word in bash. */
    private static List<String> completions(Path script, String... words) throws IOException, InterruptedException {
        String call = ". '" + script + "'; COMP_WORDS=(assay " + String.join(" ", words) + "); COMP_CWORD="
                + words.length + "; _complete_assay; printf '%s\\n' \"${COMPREPLY[@]}\"";
        Process bash = new ProcessBuilder("bash", "-c", call)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String printed = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bash.waitFor(), printed);
        assertTrue(printed.endsWith("\n"), printed);
        return printed.strip().lines().map(String::strip).toList();
    }
}
