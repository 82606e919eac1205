package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.ProgressBar;
import dev.assay.audit.run.AuditDocuments;
import dev.assay.audit.run.AuditFolder;
import dev.assay.audit.run.AuditResult;
import dev.assay.audit.run.AuditSession;
import dev.assay.audit.run.AuditSettings;
import dev.assay.audit.run.MarkerFile;
import dev.assay.audit.sample.Pooling;
import dev.assay.io.Json;
import dev.assay.run.Run;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.Role;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Options that the commands of {@code assay audit} share. */
final class AuditOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "a run folder, or any dictionary with --model")
    private String name;

    @Parameters(paramLabel = "FILE", description = "JSON lines with id, label, and text or turns (docs/audits.md)")
    private Path file;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "folder of the results")
    private Path out;

    @Option(
            names = "--pooling",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "mean",
            description =
                    "rule that reduces the tokens of a document to one value per feature: last, mean, max, sum or position with a"
                            + " number such as position0 or position-2, optionally with roles such as mean@user+assistant; several"
                            + " are separated by commas (default ${DEFAULT-VALUE})")
    private List<String> poolings;

    @Option(
            names = "--roles",
            paramLabel = "NAME",
            split = ",",
            description =
                    "read only turns of these roles, for poolings without roles of their own; none stands for markers (default: the text of all turns)")
    private List<String> roles = List.of();

    @Option(
            names = "--markers",
            paramLabel = "FILE",
            description =
                    "JSON object with the texts before and after turns of a role, such as {\"user\": {\"before\": \"<user>\","
                            + " \"after\": \"</user>\"}} (default: <|user|> and <|end|>; none for documents)")
    private Path markers;

    @Option(
            names = "--random-model",
            paramLabel = "DIR",
            description =
                    "add the control of a dictionary of the same model with random weights, which is in this folder, or is trained"
                            + " and saved there if the folder does not exist")
    private Path randomModel;

    @Option(
            names = "--random-model-tokens",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "number of activations to train that dictionary on (default ${DEFAULT-VALUE})")
    private long randomModelTokens;

    @Option(
            names = "--permutations",
            paramLabel = "N",
            defaultValue = "2000",
            description =
                    "number of permutations of a test; features with few larger draws get 50 times as many (default ${DEFAULT-VALUE})")
    private int permutations;

    @Option(
            names = "--fdr",
            paramLabel = "Q",
            defaultValue = "0.05",
            description = "false-discovery rate at which features are counted (default ${DEFAULT-VALUE})")
    private double falseDiscoveryRate;

    @Option(
            names = "--features",
            paramLabel = "N",
            defaultValue = "10",
            description = "number of features that the report describes (default ${DEFAULT-VALUE})")
    private int features;

    @Option(
            names = "--examples",
            paramLabel = "N",
            defaultValue = "5",
            description = "number of documents per feature in the report (default ${DEFAULT-VALUE})")
    private int examples;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "seed of permutations, draws, the split and the controls (default ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--json", description = "print the result as one JSON object")
    private boolean json;

    @Mixin
    private DictionaryOptions dictionary;

    /** Computes a result with an opened session of a run. */
    interface Computation {
        AuditResult with(AuditSession session, Run run, AuditDocuments documents, Path out) throws IOException;
    }

    /** Returns the settings with the values of the command line. */
    AuditSettings settings(AuditMonitorOptions monitors) {
        return new AuditSettings(
                pooling(),
                permutations,
                falseDiscoveryRate,
                monitors.falsePositiveRates(),
                monitors.bootstrap(),
                monitors.testShare(),
                monitors.testGroups(),
                monitors.columns(),
                features,
                examples,
                seed);
    }

    /** Returns the settings of an audit without monitors. */
    AuditSettings settings() {
        AuditSettings defaults = AuditSettings.DEFAULT;
        return new AuditSettings(
                pooling(),
                permutations,
                falseDiscoveryRate,
                defaults.falsePositiveRates(),
                defaults.bootstrap(),
                defaults.testShare(),
                defaults.testGroups(),
                defaults.columns(),
                features,
                examples,
                seed);
    }

    private List<Pooling> pooling() {
        Role[] counted = roles.stream().map(Role::new).toArray(Role[]::new);
        return poolings.stream()
                .map(Pooling::parse)
                .map(pooling -> pooling.roles().isEmpty() ? pooling.at(counted) : pooling)
                .toList();
    }

    /** Reads the documents, opens the run, computes a result and prints it. */
    int run(AuditSettings settings, Computation computation) throws IOException {
        AuditFolder.requireUsable(out);
        AuditDocuments documents = AuditDocuments.read(file);
        DialogueFormat format = markers == null ? DialogueFormat.standard() : MarkerFile.read(markers);
        InvalidInputException.requireAtLeast(1, "--random-model-tokens", randomModelTokens);
        AuditResult result;
        try (Run run = dictionary.open(name)) {
            run.attached(); // loads the model before the bar starts
            try (ProgressBar bar =
                    new ProgressBar("reading", documents.documents().size(), ProgressBar.Unit.RESULTS)) {
                AuditSession session =
                        AuditSession.of(run, settings).format(format).progress(done -> bar.update(done, ""));
                if (randomModel != null) {
                    session.randomWeights(randomModel, randomModelTokens);
                }
                result = computation.with(session, run, documents, out);
            }
        }
        PrintWriter print = spec.commandLine().getOut();
        if (json) {
            print.print(Json.pretty(result.json()));
        } else {
            print.print(result.text());
            print.printf(
                    "%nReport   %s%nResults  %s%n", out.resolve(AuditFolder.REPORT), out.resolve(AuditFolder.RESULT));
        }
        print.flush();
        return 0;
    }
}
