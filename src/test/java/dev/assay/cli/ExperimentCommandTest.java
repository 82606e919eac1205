package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.io.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentCommandTest {
    @TempDir
    private Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int experiment(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "experiment";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
    }

    @Test
    void listPrintsQuestionsAndSettings() {
        assertEquals(0, experiment("--list"));
        assertTrue(
                out.toString().contains("counted\n    Is a square the product of a number with itself?\n"),
                out::toString);
        assertTrue(out.toString().contains("sizes: numbers to square (default 1,2,3; quick: 1,2)"), out::toString);
    }

    @Test
    void runWritesTheFolderAndPrintsTheTables() throws Exception {
        String folder = "" + temporary.resolve("out");
        assertEquals(0, experiment("counted", "--out", folder, "--quick", "--set", "sizes=4", "--seeds", "3"));
        assertTrue(out.toString().contains("16.5 ± 1.2"), out::toString);
        assertTrue(err.toString().contains("counted: size4-seed2"), err::toString);
        assertEquals(
                "3",
                Json.read(temporary.resolve("out/experiment.json"))
                        .at("/options/seeds")
                        .asText());
        assertEquals(
                0, experiment("counted", "--out", folder, "--quick", "--set", "sizes=4", "--seeds", "3", "--json"));
        assertTrue(out.toString().contains("\"name\":\"squares\""), out::toString);
    }

    @Test
    void wrongOptionsAreOneSentence() {
        assertEquals(2, experiment("counted"));
        assertEquals(2, experiment("--out", "x"));
        assertEquals(2, experiment("cuonted", "--out", "" + temporary.resolve("x")));
        assertEquals(2, experiment("counted", "--out", "" + temporary.resolve("x"), "--set", "sizes"));
        assertEquals(2, experiment("counted", "--out", "" + temporary.resolve("x"), "--seeds", "0"));
        assertEquals(5, err.toString().lines().count(), err::toString);
        assertTrue(err.toString().contains("--out is missing, expected a folder (or --list)"), err::toString);
    }
}
