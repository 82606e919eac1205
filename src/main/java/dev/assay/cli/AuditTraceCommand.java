package dev.assay.cli;

import dev.assay.audit.run.TraceSettings;
import dev.assay.audit.sample.Pooling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code assay audit trace}: searches training documents by the features of prompts. */
@Command(
        name = "trace",
        description =
                "Ranks training documents by the features that are stronger on prompts than on reference prompts, next to the"
                        + " rankings of controls.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AuditTraceCommand implements Callable<Integer> {
    @Option(
            names = "--labels",
            paramLabel = "NAME",
            split = ",",
            description =
                    "the label of the prompts and that of the reference, separated by a comma (default: the labels of a file with two)")
    private List<String> labels = List.of();

    @Option(
            names = "--training",
            paramLabel = "FILE",
            description =
                    "training documents as labelled JSON lines (default: the documents of the run's feature store)")
    private Path training;

    @Option(
            names = "--document-pooling",
            paramLabel = "NAME",
            defaultValue = "max",
            description =
                    "pooling of training documents; mean, max or sum without roles for a feature store (default ${DEFAULT-VALUE})")
    private String documentPooling;

    @Option(
            names = "--ranking-features",
            paramLabel = "N",
            defaultValue = "10",
            description = "number of features that rank documents (default ${DEFAULT-VALUE})")
    private int features;

    @Option(
            names = "--find",
            paramLabel = "ID",
            split = ",",
            description = "report the ranks of these training documents")
    private List<String> wanted = List.of();

    @Option(
            names = "--outcome",
            paramLabel = "TOKEN",
            description =
                    "also steer the prompts by the first features and measure the probability of this next token; may be repeated")
    private List<String> outcomes = List.of();

    @Option(
            names = "--strengths",
            paramLabel = "X",
            split = ",",
            defaultValue = "1,2,4,8",
            description = "strengths of steering, in units of the activation (default ${DEFAULT-VALUE})")
    private List<Double> strengths;

    @Option(
            names = "--steered",
            paramLabel = "N",
            defaultValue = "3",
            description = "number of features that are steered (default ${DEFAULT-VALUE})")
    private int steered;

    @Mixin
    private AuditOptions audit;

    @Override
    public Integer call() throws IOException {
        TraceSettings settings = new TraceSettings(
                Optional.ofNullable(training),
                Pooling.parse(documentPooling),
                features,
                wanted,
                outcomes,
                strengths,
                steered);
        return audit.run(
                audit.settings(),
                (session, run, documents, out) -> session.trace(documents, documents.labels(labels), settings, out));
    }
}
