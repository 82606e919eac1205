package dev.assay.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.cli.Assay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Parses each documented command line with the definitions of the real commands. */
class DocumentedCommandsTest {
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

    @Test
    void everyAssayCommandLineIsAccepted() throws IOException {
        List<String> refused = new ArrayList<>();
        int parsed = 0;
        for (MarkdownFile page : MarkdownFile.all()) {
            for (MarkdownFile.Command command : page.commands()) {
                int start = command.words().indexOf("scripts/assay");
                if (start < 0) {
                    continue;
                }
                parsed++;
                List<String> arguments = new ArrayList<>(
                        command.words().subList(start + 1, command.words().size()));
                // An ellipsis stands for the reader's own options; brackets for options that may be left out.
                boolean abridged = arguments.removeIf(word -> word.equals("…"));
                arguments.replaceAll(word -> word.replaceAll("^\\[(--.*)|(.*)]$", "$1$2"));
                String error = error(abridged, arguments);
                if (error != null) {
                    refused.add(command + ": " + error);
                }
            }
        }
        assertEquals(List.of(), refused);
        assertTrue(parsed > 60, "command lines: " + parsed);
    }

    /** Returns the commands of Assay with the converter that {@link Assay#run} registers. */
    static CommandLine commandLine() {
        return Assay.commandLine()
                .registerConverter(
                        dev.assay.model.config.Precision.class,
                        name -> dev.assay.model.config.Precision.valueOf(name.toUpperCase(java.util.Locale.ROOT)));
    }

    private static String error(boolean abridged, List<String> arguments) {
        CommandLine line = commandLine();
        try {
            line.parseArgs(arguments.toArray(String[]::new));
            return null;
        } catch (CommandLine.MissingParameterException missing) {
            return abridged ? null : missing.getMessage();
        } catch (CommandLine.ParameterException wrong) {
            return wrong.getMessage();
        }
    }

    @Test
    void everyOptionThatTheTextNamesExists() throws IOException {
        List<String> known = new ArrayList<>(List.of("--help", "--version"));
        options(Assay.commandLine(), known);
        List<String> scripts = new ArrayList<>();
        try (var files = Files.list(Path.of("scripts"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                scripts.add(Files.readString(file));
            }
        }
        Pattern inline = Pattern.compile("`(--[^`]*)`");
        List<String> unknown = new ArrayList<>();
        for (MarkdownFile page : MarkdownFile.all()) {
            Matcher code = inline.matcher(Files.readString(page.path()));
            while (code.find()) {
                Matcher option = OPTION.matcher(code.group(1));
                while (option.find()) {
                    String name = option.group();
                    if (!name.endsWith("-")
                            && !known.contains(name)
                            && scripts.stream().noneMatch(script -> script.contains('"' + name + '"'))) {
                        unknown.add(page.path() + ": " + code.group(1));
                    }
                }
            }
        }
        assertEquals(List.of(), unknown);
    }

    private static void options(CommandLine line, List<String> names) {
        line.getCommandSpec().options().forEach(option -> {
            for (String name : option.names()) {
                names.add(name);
                if (option.negatable()) {
                    names.add(name.replaceFirst("^--", "--no-"));
                }
            }
        });
        line.getSubcommands().values().forEach(command -> options(command, names));
    }

    @Test
    void everyScriptExistsAndKnowsItsOptions() throws IOException {
        List<String> wrong = new ArrayList<>();
        int checked = 0;
        for (MarkdownFile page : MarkdownFile.all()) {
            for (MarkdownFile.Command command : page.commands()) {
                for (int i = 0; i < command.words().size(); i++) {
                    String script = command.words().get(i);
                    if (!script.startsWith("scripts/") || script.equals("scripts/assay")) {
                        continue;
                    }
                    checked++;
                    if (!Files.isRegularFile(Path.of(script))) {
                        wrong.add(command + ": there is no " + script);
                        continue;
                    }
                    String text = Files.readString(Path.of(script));
                    for (String word :
                            command.words().subList(i + 1, command.words().size())) {
                        if (word.startsWith("--") && !text.contains(word)) {
                            wrong.add(command + ": " + script + " has no " + word);
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(checked > 5, "scripts: " + checked);
    }
}
