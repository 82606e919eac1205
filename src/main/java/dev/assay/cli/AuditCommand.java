package dev.assay.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code assay audit}: compares features between labelled documents or models, next to controls. */
@Command(
        name = "audit",
        description = "Compares features between labelled documents or models, next to controls (docs/audits.md).",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "AUDIT",
        subcommands = {
            AuditContrastCommand.class,
            AuditMonitorCommand.class,
            AuditDiffCommand.class,
            AuditCrosscoderCommand.class,
            AuditTraceCommand.class,
            AuditSealCommand.class,
            AuditOpenCommand.class
        })
final class AuditCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "no audit named, expected one of "
                        + String.join(", ", spec.subcommands().keySet()) + " (try --help)");
    }
}
