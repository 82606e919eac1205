package dev.assay.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.cli.Assay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Compares the last table of docs/training.md, and the names of losses in docs/formats.md, with the code; TrainerOptionsTest has the other table. */
class DocumentedDefaultsTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(--[a-z-]+)` \\| ([^|]+) \\|");
    private static final Pattern CONSTANT = Pattern.compile("String \\w+ = \"(\\w+)\"");

    @Test
    void statedDefaultsAreThoseOfTheTrainCommand() throws IOException {
        String page = Files.readString(Path.of("docs/training.md"));
        String table = page.substring(page.indexOf("## Other defaults"));
        Map<String, CommandLine.Model.OptionSpec> options = Assay.commandLine()
                .getSubcommands()
                .get("train")
                .getCommandSpec()
                .optionsMap();
        List<String> wrong = new ArrayList<>();
        int rows = 0;
        Matcher row = ROW.matcher(table);
        while (row.find()) {
            rows++;
            CommandLine.Model.OptionSpec option = options.get(row.group(1));
            if (option == null) {
                wrong.add("train has no " + row.group(1));
                continue;
            }
            String stated = row.group(2).strip();
            String found = option.defaultValue() != null ? option.defaultValue() : described(option);
            if (!stated.equals(found)) {
                wrong.add(row.group(1) + " has the default \"" + found + "\", the page states \"" + stated + "\"");
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(rows >= 10, "rows: " + rows);
    }

    /** Returns the default that the description of an option states in parentheses. */
    private static String described(CommandLine.Model.OptionSpec option) {
        String text = String.join(" ", option.description());
        Matcher stated = Pattern.compile("\\(default:? ([^)]*)\\)").matcher(text);
        if (!stated.find()) {
            return "none";
        }
        String value = stated.group(1);
        return value.contains("${DEFAULT-VALUE}") ? String.valueOf(option.initialValue()) : value;
    }

    private static Path lossNames() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java/dev/assay/train"))) {
            return files.filter(file -> file.endsWith("LossNames.java"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void everyNameOfALossIsExplained() throws IOException {
        String page = Files.readString(Path.of("docs/formats.md"));
        String names = Files.readString(lossNames());
        Matcher constant = CONSTANT.matcher(names);
        List<String> missing = new ArrayList<>();
        int found = 0;
        while (constant.find()) {
            found++;
            if (!page.contains("`losses/" + constant.group(1))) {
                missing.add(constant.group(1));
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(found >= 8, "names: " + found);
    }
}
