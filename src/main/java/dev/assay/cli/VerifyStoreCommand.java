package dev.assay.cli;

import dev.assay.activation.store.ActivationStore;
import dev.assay.feature.store.FeatureStore;
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

/** {@code assay verify-store}: compares all bytes of an activation store or a feature store with their recorded hashes. */
@Command(
        name = "verify-store",
        description = "Compares every byte of an activation store or a feature store with the recorded hashes.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:all hashes match", "1:a file or an array is damaged", "2:unusable input"})
final class VerifyStoreCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "folder of an activation store or a feature store")
    private Path folder;

    @Override
    public Integer call() throws IOException {
        return FeatureStore.isStore(folder) ? features() : activations();
    }

    private int features() throws IOException {
        FeatureStore store = FeatureStore.open(folder);
        return print(
                store.verify(),
                String.format(
                        Locale.ROOT,
                        "%,d activations of %,d latents on %,d tokens, %,.1f MB",
                        store.activations(),
                        store.latents(),
                        store.tokens(),
                        store.bytes() / 1e6),
                "every array",
                "");
    }

    private int activations() throws IOException {
        ActivationStore store = ActivationStore.open(folder);
        return print(
                store.verify(true),
                String.format(
                        Locale.ROOT,
                        "%,d activations of %s, %,.1f MB",
                        store.rows(),
                        String.join(", ", store.sites()),
                        store.bytes() / 1e6),
                "every file",
                store.complete() ? "" : "; the harvest is not finished");
    }

    private int print(List<String> damages, String contents, String checked, String note) {
        PrintWriter out = spec.commandLine().getOut();
        damages.forEach(out::println);
        String outcome = damages.isEmpty() ? checked + " is sound" : damages.size() + " damaged";
        out.println(folder + ": " + contents + "; " + outcome + note);
        out.flush();
        return damages.isEmpty() ? 0 : 1;
    }
}
