package dev.assay.cli;

import dev.assay.io.NearestName;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Finds the first command or option of a command line that does not exist. Picocli reports it only after missing options and values of
 * the wrong form, which are often its consequence.
 */
final class UnknownArguments {
    private static final String END_OF_OPTIONS = "--";

    private UnknownArguments() {}

    /**
     * Checks a command line before it is parsed.
     *
     * @throws ParameterException if a command or an option does not exist; the message suggests the nearest one
     */
    static void check(CommandLine root, String... arguments) {
        CommandLine command = root;
        for (int i = 0; i < arguments.length && !arguments[i].equals(END_OF_OPTIONS); i++) {
            String argument = arguments[i];
            if (isOption(argument)) {
                Optional<OptionSpec> option = option(command, argument);
                if (option.isEmpty()) {
                    throw new ParameterException(command, unknownOption(command, argument));
                }
                i += hasValueAfter(option.get(), argument, i + 1 < arguments.length ? arguments[i + 1] : "") ? 1 : 0;
            } else if (!command.getSubcommands().isEmpty()) {
                CommandLine next = command.getSubcommands().get(argument);
                if (next == null) {
                    throw new ParameterException(command, unknownCommand(command, argument));
                }
                command = next;
            }
        }
    }

    /** Returns the sentence about an argument that no parameter of a command accepts. */
    static String sentence(CommandLine command, String argument) {
        if (isOption(argument)) {
            return unknownOption(command, argument);
        }
        return command.getSubcommands().isEmpty()
                ? "unexpected argument '" + argument + "' (try " + name(command) + " --help)"
                : unknownCommand(command, argument);
    }

    private static boolean isOption(String argument) {
        return argument.matches("--[A-Za-z].*|-[A-Za-z]");
    }

    private static Optional<OptionSpec> option(CommandLine command, String argument) {
        CommandSpec spec = command.getCommandSpec();
        String name = argument.split("=", 2)[0];
        return Optional.ofNullable(spec.optionsMap().get(name))
                .or(() -> Optional.ofNullable(spec.negatedOptionsMap().get(name)));
    }

    /** Returns whether the next argument is the value of an option. Text may look like an option, such as that of a prompt. */
    private static boolean hasValueAfter(OptionSpec option, String argument, String next) {
        return !argument.contains("=")
                && option.arity().min() == 1
                && (option.type() == String.class || !isOption(next));
    }

    private static String unknownOption(CommandLine command, String argument) {
        String name = argument.split("=", 2)[0];
        Set<String> known = new TreeSet<>(command.getCommandSpec().optionsMap().keySet());
        known.addAll(command.getCommandSpec().negatedOptionsMap().keySet());
        return "unknown option " + name + " of " + name(command) + perhaps(name, known) + " (try " + name(command)
                + " --help)";
    }

    private static String unknownCommand(CommandLine command, String argument) {
        Set<String> known = command.getSubcommands().keySet();
        return "unknown command '" + argument + "' of " + name(command) + perhaps(argument, known)
                + "; expected one of " + String.join(", ", known);
    }

    private static String perhaps(String written, Collection<String> known) {
        return NearestName.of(written, known).map(name -> ", perhaps " + name).orElse("");
    }

    private static String name(CommandLine command) {
        return command.getCommandSpec().qualifiedName();
    }
}
