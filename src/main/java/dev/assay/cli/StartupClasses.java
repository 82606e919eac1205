package dev.assay.cli;

import dev.assay.io.AtomicFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Loads the classes of short commands by running them on the embedded model. {@code scripts/assay} runs this program with
 * {@code -XX:ArchiveClassesAtExit}: the JVM writes the loaded classes to an archive, from which later processes start faster.
 */
final class StartupClasses {
    private static final String MODEL = "assay/stories";

    private StartupClasses() {}

    /**
     * Runs the program.
     *
     * @param arguments none
     * @throws IOException if the temporary folder cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("assay-startup");
        int code;
        try {
            code = runCommands(folder.resolve("dictionary").toString());
        } finally {
            AtomicFolder.delete(folder);
        }
        System.exit(code);
    }

    /** Runs the commands up to the first that fails; returns its exit code, or 0. */
    private static int runCommands(String dictionary) {
        List<List<String>> commands = List.of(
                List.of("--help"),
                List.of("describe", MODEL),
                words(
                        "train --model " + MODEL
                                + " --text assay/stories/100 --hook blocks.0.hook_resid_post --d-sae 64 --k 4"
                                + " --tokens 1000 --batch 500 --threads 1 --out",
                        dictionary),
                words("inspect --tokens 500 --top 3", dictionary),
                words("inspect --feature 1-2 --prompt Tom --rank effect", dictionary));
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        for (List<String> command : commands) {
            int code = Assay.run(nowhere, nowhere, command.toArray(String[]::new));
            if (code != 0) {
                return code;
            }
        }
        return 0;
    }

    /** Returns the words of a command that ends with a folder, whose name may contain spaces. */
    private static List<String> words(String command, String folder) {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.add(folder);
        return words;
    }
}
