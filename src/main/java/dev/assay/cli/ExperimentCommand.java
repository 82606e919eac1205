package dev.assay.cli;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.ExperimentSetting;
import dev.assay.experiment.Experiments;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay experiment}: runs an experiment and writes its tables and figures. */
@Command(
        name = "experiment",
        description =
                "Runs an experiment and writes its tables and figures (docs/experiments). Rerun the same command to resume an"
                        + " interrupted experiment.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ExperimentCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "the experiment; --list prints all")
    private String name;

    @Option(names = "--list", description = "print all experiments with their questions and settings")
    private boolean list;

    @Option(names = "--out", paramLabel = "DIR", description = "folder of results")
    private Path out;

    @Option(names = "--quick", description = "run the quick form; takes seconds")
    private boolean quick;

    @Option(names = "--seeds", paramLabel = "N", description = "number of seeds (default 5; quick: fewer)")
    private Integer seeds;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "Hugging Face folder or name on the hub (default: the experiment's own model)")
    private String model;

    @Option(
            names = "--text",
            paramLabel = "SOURCE",
            description =
                    "files, folders, globs or assay/stories/COUNT; may be repeated (default: the experiment's own text)")
    private List<String> text = List.of();

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "value of a setting of the experiment; may be repeated")
    private Map<String, String> settings = Map.of();

    @Option(names = "--json", description = "print the tables as JSON objects, one per line")
    private boolean json;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        if (list) {
            Experiments.all().forEach(experiment -> describe(experiment, print));
            print.flush();
            return 0;
        }
        Experiment experiment = Experiments.named(required(name, "NAME", "the name of an experiment"));
        ExperimentOptions options = ExperimentOptions.of(required(out, "--out", "a folder"))
                .withDevice(place.device())
                .withText(text.toArray(String[]::new));
        options = quick ? options.asQuick() : options;
        options = seeds == null ? options : options.withSeeds(seeds);
        options = model == null ? options : options.withModel(model);
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            options = options.withSetting(setting.getKey(), setting.getValue());
        }
        PrintWriter errors = spec.commandLine().getErr();
        ExperimentReport report = Experiments.run(experiment, options, line -> {
            errors.println(experiment.name() + ": " + line);
            errors.flush();
        });
        if (json) {
            report.tables().forEach(table -> print.println(table.toJson()));
        } else {
            print.print(report.toText());
            print.printf(
                    Locale.ROOT,
                    "%nResults  %s%nPage     %s%nCells    %d computed, %d resumed, %.0f s%n",
                    out,
                    out.resolve("index.html"),
                    report.computedCells(),
                    report.foundCells(),
                    report.seconds());
        }
        print.flush();
        return 0;
    }

    private <T> T required(T value, String option, String expected) {
        if (value == null) {
            throw new ParameterException(
                    spec.commandLine(), option + " is missing, expected " + expected + " (or --list)");
        }
        return value;
    }

    private static void describe(Experiment experiment, PrintWriter print) {
        print.println(experiment.name());
        print.println("    " + experiment.question());
        for (ExperimentSetting setting : experiment.settings()) {
            String quickValue = setting.quick().equals(setting.full()) ? "" : "; quick: " + setting.quick();
            print.printf(
                    "    %s: %s (default %s%s)%n", setting.name(), setting.description(), setting.full(), quickValue);
        }
    }
}
