package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.intervene.Continuation;
import dev.assay.intervene.DoseTable;
import dev.assay.intervene.Intervention;
import dev.assay.intervene.InterventionResult;
import dev.assay.io.Json;
import dev.assay.model.Sampling;
import dev.assay.run.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay steer}: compares the output of a model with edited features to its unedited output. */
@Command(
        name = "steer",
        description =
                "Runs a prompt with features ablated, clamped, scaled or steered, and without edits for comparison.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SteerCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = DictionaryOptions.DIR)
    private String name;

    @Option(names = "--prompt", paramLabel = "TEXT", required = true, description = "prompt to run")
    private String prompt;

    @Option(
            names = "--feature",
            paramLabel = "[KIND:]N[=NUMBER]",
            required = true,
            description =
                    "feature to edit; may be repeated. KIND is steer (add NUMBER times the direction, the default),"
                            + " orthogonal, capped (N=NUMBER/SHARE of the activation's norm), ablate, clamp, scale or cap")
    private List<String> features;

    @Option(
            names = "--doses",
            paramLabel = "NUMBER",
            split = ",",
            description = "values for the NUMBER of the last feature, one run per value")
    private double[] doses = {};

    @Option(
            names = "--positions",
            paramLabel = "WHICH",
            defaultValue = "all",
            description = "positions to edit: all, last, from:3, or numbers such as 0,4 (default ${DEFAULT-VALUE})")
    private String positions;

    @Option(names = "--drop-error", description = "drop the reconstruction error at the edited positions")
    private boolean dropError;

    @Option(
            names = "--watch",
            paramLabel = "TOKEN",
            description = "with --doses: next token whose logit and probability are shown, including the space before a"
                    + " word; may be repeated")
    private List<String> watched = List.of();

    @Option(
            names = "--new-tokens",
            paramLabel = "N",
            defaultValue = "30",
            description = "number of tokens to generate (default ${DEFAULT-VALUE})")
    private int newTokens;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0",
            description = "sampling temperature; 0 selects the most probable token (default ${DEFAULT-VALUE})")
    private double temperature;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "sampling seed, the same for all runs (default ${DEFAULT-VALUE})")
    private long seed;

    @Mixin
    private ReportOptions report;

    @Mixin
    private DictionaryOptions options;

    @Override
    public Integer call() throws IOException {
        Sampling sampling = new Sampling(temperature, 0, seed);
        try (Run run = options.open(name)) {
            Intervention edits = Intervention.of(run.attached()).positions(EditOption.positions(positions));
            edits = dropError ? edits.dropError() : edits;
            for (String feature : features) {
                edits = edits.edit(EditOption.edit(feature));
            }
            PrintWriter out = spec.commandLine().getOut();
            if (doses.length > 0) {
                DoseTable table = edits.doseResponse(doses)
                        .watch(watched.toArray(String[]::new))
                        .continuing(newTokens, sampling)
                        .run(prompt);
                report.print(out, table.toText(), table.toJson(), table);
            } else {
                printOnce(out, edits, sampling);
            }
        }
        return 0;
    }

    private void printOnce(PrintWriter out, Intervention edits, Sampling sampling) throws IOException {
        Continuation continuation = edits.generate(prompt, newTokens, sampling);
        try (InterventionResult result = edits.run(prompt)) {
            ObjectNode json = Json.mapper().createObjectNode();
            json.set("run", result.toJson());
            json.set("continuation", continuation.toJson());
            report.print(out, result.toText() + "\n" + continuation.toText(), json, result, continuation);
        }
    }
}
