package dev.assay.cli;

import dev.assay.activation.ActivationStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay verify-store}: every byte of stored activations against the hashes taken when they were written. */
@Command(
        name = "verify-store",
        description = "Reads a folder that assay harvest has written, and compares each file with its hash.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:every file is sound", "1:some file has other contents", "2:unusable input"})
final class VerifyStoreCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "a folder that assay harvest has written")
    private Path folder;

    @Override
    public Integer call() throws IOException {
        ActivationStore store = ActivationStore.open(folder);
        List<String> damages = store.verify(true);
        PrintWriter out = spec.commandLine().getOut();
        damages.forEach(out::println);
        out.printf(
                Locale.ROOT,
                "%s: %,d activations of %s, %,.1f MB; %s%s%n",
                folder,
                store.rows(),
                String.join(", ", store.sites()),
                store.bytes() / 1e6,
                damages.isEmpty() ? "every file is sound" : damages.size() + " damaged",
                store.complete() ? "" : "; the harvest is not finished");
        out.flush();
        return damages.isEmpty() ? 0 : 1;
    }
}
