package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.ChildJvm;
import dev.assay.model.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Training in a process that receives SIGTERM, and two processes that train in one folder. */
@DisabledOnOs(OS.WINDOWS) // has no SIGTERM
@Tag("slow")
class TrainingSignalTest {
    @TempDir
    private Path temporary;

    @Test
    @Timeout(120)
    void terminatedRunWritesACheckpointAndSaysWhereItResumes() throws Exception {
        Path out = temporary.resolve("run");
        Process first = train(out, "first", 400_000_000);
        while (!Files.exists(out.resolve("metrics.jsonl")) || Files.size(out.resolve("metrics.jsonl")) == 0) {
            assertTrue(first.isAlive(), () -> error("first"));
            Thread.sleep(10);
        }

        Process second = train(out, "second", 400_000_000);
        assertEquals(2, second.waitFor(), () -> error("second"));
        assertEquals(
                "assay: " + out + " is being written by process " + first.pid()
                        + ", expected a folder without another writer\n",
                error("second"));
        assertTrue(Files.size(out.resolve("metrics.jsonl")) > 0);

        first.destroy();
        assertTrue(first.waitFor(20, TimeUnit.SECONDS));
        assertEquals(128 + 15, first.exitValue(), () -> error("first"));
        Matcher sentence = Pattern.compile("rerun the same command to resume from step (\\d+)")
                .matcher(error("first"));
        assertTrue(sentence.find(), () -> error("first"));
        long step = Long.parseLong(sentence.group(1));
        Path checkpoint = out.resolve("checkpoints").resolve(String.format("step-%010d.safetensors", step));
        assertTrue(Files.exists(checkpoint), checkpoint::toString);

        Process resumed = train(out, "resumed", 400_000_000);
        while (!error("resumed").contains("resuming from step " + step + " of ")) {
            assertTrue(resumed.isAlive(), () -> error("resumed"));
            Thread.sleep(10);
        }
        resumed.destroyForcibly().waitFor();
    }

    private Process train(Path out, String name, long tokens) throws IOException {
        Path model = Fixtures.folder("gpt_neox");
        List<String> arguments =
                new ArrayList<>(List.of("train", "--model", model.toString(), "--text", "assay/stories/300"));
        arguments.addAll(List.of("--hook", "blocks.1.hook_resid_post", "--k", "4", "--d-sae", "64", "--context", "32"));
        arguments.addAll(List.of("--tokens", "" + tokens, "--batch", "50", "--out", out.toString()));
        return ChildJvm.of(Assay.class, arguments.toArray(String[]::new))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(temporary.resolve(name).toFile())
                .start();
    }

    private String error(String name) {
        try {
            return Files.readString(temporary.resolve(name));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }
}
