package dev.assay.cli;

import dev.assay.hub.Hub;
import dev.assay.io.WholeNumber;
import dev.assay.model.config.Precision;
import dev.assay.provenance.AssayVersion;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command {@code assay}, the parent of all subcommands. */
@Command(
        name = "assay",
        description = "Sparse autoencoders on transformer activations.",
        mixinStandardHelpOptions = true,
        versionProvider = Assay.Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Assay implements Runnable {
    private static final List<Class<?>> COMMANDS = List.of(
            QuickstartCommand.class,
            HarvestCommand.class,
            TrainCommand.class,
            SweepCommand.class,
            SparkCommand.class,
            ToyCommand.class,
            ExperimentCommand.class,
            EvaluateCommand.class,
            CompareCommand.class,
            BenchCommand.class,
            InspectCommand.class,
            ExplainCommand.class,
            AuditCommand.class,
            GenerateCommand.class,
            SteerCommand.class,
            AttributeCommand.class,
            ServeCommand.class,
            ExportCommand.class,
            PlotCommand.class,
            DescribeCommand.class,
            CompletionCommand.class,
            VerifyModelCommand.class,
            VerifyPrecisionCommand.class,
            VerifyReferenceCommand.class,
            VerifySaeCommand.class,
            VerifyStoreCommand.class,
            VerifyTrainingCommand.class);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--max-bytes",
            paramLabel = "N",
            scope = ScopeType.INHERIT,
            description = "largest downloaded file whose size the hub does not declare, in bytes (default: 50 GiB)")
    private void limitDownloads(Long bytes) {
        if (bytes < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--max-bytes is " + bytes + ", expected a number of bytes, at least 1");
        }
        System.setProperty(Hub.MAX_BYTES, bytes.toString());
    }

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        System.getProperties().putIfAbsent("java.util.logging.SimpleFormatter.format", "assay: %5$s%n"); // of warnings
        System.getProperties().putIfAbsent("java.awt.headless", "true"); // pictures need no display
        System.exit(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments));
    }

    /**
     * Runs a command in this process.
     *
     * @param out the output of the command
     * @param err the errors
     * @param arguments the command line
     * @return the exit code: 0 success, 1 a check that failed, 2 invalid input, 70 a bug in Assay
     */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        IExecutionExceptionHandler failures = (failure, command, parsed) -> ErrorReporter.report(failure, err);
        CommandLine line = commandLine(List.of(arguments)::contains)
                .setOut(out)
                .setErr(err)
                .registerConverter(Precision.class, Assay::precision)
                .registerConverter(Long.class, Assay::wholeNumber)
                .registerConverter(Long.TYPE, Assay::wholeNumber)
                .registerConverter(Integer.class, Assay::integer)
                .registerConverter(Integer.TYPE, Assay::integer)
                .setParameterExceptionHandler((failure, args) -> ErrorReporter.report(failure, err))
                .setExecutionExceptionHandler(failures);
        try {
            UnknownArguments.check(line, arguments);
            return line.execute(arguments);
        } catch (ParameterException unknown) {
            return ErrorReporter.report(unknown, err);
        } catch (Error error) {
            // An uncaught error would end the process with exit code 1, which means a failed check.
            return ErrorReporter.report(error, err);
        }
    }

    /**
     * Returns the commands with all their options, for programs that read the definition of the command line.
     *
     * @return the command {@code assay} with its subcommands
     */
    public static CommandLine commandLine() {
        return commandLine(name -> true);
    }

    /** Creates the commands. Reading the options of a command takes time, so the others have a name and a description only. */
    private static CommandLine commandLine(Predicate<String> withOptions) {
        CommandLine line = new CommandLine(new Assay());
        for (Class<?> type : COMMANDS) {
            Command command = type.getAnnotation(Command.class);
            Object definition = withOptions.test(command.name()) ? type : outline(command);
            line.addSubcommand(command.name(), new CommandLine(definition));
        }
        return line;
    }

    private static CommandSpec outline(Command command) {
        CommandSpec outline = CommandSpec.create();
        outline.usageMessage().description(command.description()).hidden(command.hidden());
        return outline;
    }

    private static Precision precision(String name) {
        return Arrays.stream(Precision.values())
                .filter(precision -> precision.toString().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() ->
                        new TypeConversionException("expected float32, bfloat16 or float16 but was '" + name + "'"));
    }

    private static long wholeNumber(String text) {
        try {
            return WholeNumber.parse(text);
        } catch (NumberFormatException malformed) {
            throw new TypeConversionException("expected " + WholeNumber.FORM + " but was '" + text + "'");
        }
    }

    private static int integer(String text) {
        long number = wholeNumber(text);
        if (number != (int) number) {
            throw new TypeConversionException("expected a number of at most 2147483647 but was '" + text + "'");
        }
        return (int) number;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "no command given, expected one of "
                        + String.join(", ", spec.subcommands().keySet()) + " (try --help)");
    }

    /** Reads the version from the manifest of the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = AssayVersion.current();
            return new String[] {"assay " + (version.equals(AssayVersion.DEVELOPMENT) ? "(built from source)" : version)
            };
        }
    }
}
