package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Commands and options that do not exist are the first thing that is reported. */
class UnknownArgumentsTest {
    private static String error(String... arguments) {
        StringWriter err = new StringWriter();
        assertEquals(2, Assay.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), arguments));
        return err.toString();
    }

    private static List<CommandLine> leaves(CommandLine command) {
        List<CommandLine> leaves = new ArrayList<>();
        for (CommandLine next : command.getSubcommands().values()) {
            leaves.addAll(next.getSubcommands().isEmpty() ? List.of(next) : leaves(next));
        }
        return leaves;
    }

    @Test
    void misspelledOptionOfEveryCommandIsNamedBeforeMissingOnes() {
        List<CommandLine> commands = leaves(Assay.commandLine());
        assertTrue(commands.size() > 25, "commands: " + commands.size());
        for (CommandLine command : commands) {
            String name = command.getCommandSpec().qualifiedName();
            String option = command.getCommandSpec().optionsMap().keySet().stream()
                    .filter(known -> known.length() > 5)
                    .findFirst()
                    .orElseThrow();
            String misspelled = option.substring(0, 4) + option.charAt(5) + option.charAt(4) + option.substring(6);
            List<String> arguments =
                    new ArrayList<>(Arrays.asList(name.split(" ")).subList(1, name.split(" ").length));
            arguments.add(misspelled);
            if (!misspelled.equals(option)) {
                assertEquals(
                        "assay: unknown option " + misspelled + " of " + name + ", perhaps " + option + " (try " + name
                                + " --help)\n",
                        error(arguments.toArray(String[]::new)));
            }
        }
    }

    @Test
    void unknownOptionIsNamedBeforeWrongValues() {
        assertEquals(
                "assay: unknown option --dsae of assay train, perhaps --d-sae (try assay train --help)\n",
                error("train", "--tokens", "many", "--text", "a.txt", "b.txt", "--dsae=3"));
        assertEquals(
                "assay: unknown option --dsae of assay train, perhaps --d-sae (try assay train --help)\n",
                error("train", "--text", "a.txt", "--dsae", "3"));
        assertEquals(
                "assay: unknown option --wavelength of assay evaluate (try assay evaluate --help)\n",
                error("evaluate", "x", "--wavelength", "3"));
    }

    @Test
    void unknownCommandIsNamedWithTheNearest() {
        assertTrue(error("evalaute", "x", "--json")
                .startsWith("assay: unknown command 'evalaute' of assay, perhaps evaluate; expected one of"));
        assertTrue(error("plot", "denisty").contains("'denisty' of assay plot, perhaps density; expected one of"));
        assertEquals("assay: unexpected argument 'b' (try assay evaluate --help)\n", error("evaluate", "a", "b"));
    }

    @Test
    void valuesThatLookLikeOptionsAreValues() {
        assertTrue(error("steer", "nowhere", "--prompt", "--hello", "--feature", "1")
                .contains("nowhere"));
    }
}
