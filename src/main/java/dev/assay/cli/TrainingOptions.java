package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.train.TrainerOption;
import dev.assay.train.TrainerOptions;
import java.util.List;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Adds every {@link TrainerOption} to a command, such as {@code --warm-up} for {@code warm_up}, and reads their values. */
final class TrainingOptions implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec command) {
        for (TrainerOption option : TrainerOption.values()) {
            command.addOption(option(option));
        }
        return command;
    }

    private static OptionSpec option(TrainerOption option) {
        OptionSpec.Builder builder = OptionSpec.builder(option.flag())
                .description((option.description() + " (default: " + option.defaultValue() + ")").replace("%", "%%"));
        if (option.isSwitch()) {
            return builder.type(boolean.class)
                    .arity("0")
                    .negatable(true)
                    .defaultValue(option.defaultValue())
                    .fallbackValue("true")
                    .build();
        }
        builder.paramLabel(option.placeholder()).arity("1");
        return option.isList()
                ? builder.type(List.class)
                        .auxiliaryTypes(String.class)
                        .splitRegex(",")
                        .hideParamSyntax(true)
                        .build()
                : builder.type(String.class).build();
    }

    /**
     * Reads the options that are set on the command line.
     *
     * @param command after parsing
     * @throws InvalidInputException when a value has another form
     */
    static TrainerOptions read(CommandSpec command) {
        TrainerOptions options = TrainerOptions.none();
        for (TrainerOption option : TrainerOption.values()) {
            OptionSpec spec = command.findOption(option.flag());
            if (command.commandLine().getParseResult().hasMatchedOption(spec)) {
                String value = text(spec.getValue());
                InvalidInputException.require(
                        option.accepts(value),
                        () -> option.flag() + " is \"" + value + "\", expected " + option.expected());
                options = options.with(option, value);
            }
        }
        return options;
    }

    private static String text(Object value) {
        return value instanceof List<?> list
                ? String.join(",", list.stream().map(String::valueOf).toList())
                : String.valueOf(value);
    }
}
