package dev.assay.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code assay audit contrast}: tests which features differ between documents of two labels. */
@Command(
        name = "contrast",
        description =
                "Tests which features differ between documents of two labels, with permutation p-values and false-discovery"
                        + " control, next to the same test of controls.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AuditContrastCommand implements Callable<Integer> {
    @Option(names = "--monitors", description = "also train monitors, from the same pass over the documents")
    private boolean monitors;

    @Mixin
    private AuditMonitorOptions options;

    @Mixin
    private AuditOptions audit;

    @Override
    public Integer call() throws IOException {
        return audit.run(
                audit.settings(options),
                (session, run, documents, out) -> monitors
                        ? session.contrastAndMonitor(documents, documents.labels(options.labels()), out)
                        : session.contrast(documents, documents.labels(options.labels()), out));
    }
}
