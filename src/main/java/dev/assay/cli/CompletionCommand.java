package dev.assay.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code assay completion}: prints a script that completes commands and options in a shell. */
@Command(
        name = "completion",
        description = "Prints a script that completes commands and options in bash, or in zsh after bashcompinit.",
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        // The command line of this process has the options of one command only.
        spec.commandLine().getOut().print(AutoComplete.bash("assay", Assay.commandLine()));
        spec.commandLine().getOut().flush();
    }
}
