package dev.assay.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code assay audit monitor}: trains classifiers of documents on features and tests them next to baselines. */
@Command(
        name = "monitor",
        description =
                "Trains classifiers of documents on features, raw activations and text, and tests them on documents of other pairs"
                        + " and groups: AUROC, true-positive rate at fixed false-positive rates, calibration.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AuditMonitorCommand implements Callable<Integer> {
    @Mixin
    private AuditMonitorOptions options;

    @Mixin
    private AuditOptions audit;

    @Override
    public Integer call() throws IOException {
        return audit.run(
                audit.settings(options),
                (session, run, documents, out) -> session.monitor(documents, documents.labels(options.labels()), out));
    }
}
