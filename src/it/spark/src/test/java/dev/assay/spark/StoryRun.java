package dev.assay.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.cli.Assay;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;

/** A small dictionary of the embedded model, trained for some steps. */
final class StoryRun {
    /** The text of training. */
    static final String TEXT = "assay/stories/60";

    private StoryRun() {}

    /** Trains a dictionary to a folder. */
    static Path train(Path folder) {
        command(
                "train",
                "--model=assay/stories",
                "--text=" + TEXT,
                "--held-out-every=3",
                "--hook=blocks.1.hook_resid_post",
                "--architecture=topk",
                "--k=4",
                "--d-sae=64",
                "--tokens=2048",
                "--batch=256",
                "--threads=1",
                "--out=" + folder);
        return folder;
    }

    /** Runs a command of one machine and returns its output. */
    static String command(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        assertEquals(0, Assay.run(new PrintWriter(out), new PrintWriter(errors), arguments), errors::toString);
        return out.toString();
    }
}
