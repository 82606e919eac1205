package dev.assay.examples;

import ai.djl.Device;
import dev.assay.audit.seal.Guess;
import dev.assay.audit.seal.OrganismTruth;
import dev.assay.audit.seal.SealedOrganism;
import dev.assay.experiment.ExperimentOptions;
import dev.assay.experiment.ExperimentReport;
import dev.assay.experiment.Experiments;
import dev.assay.experiment.hiddenobjective.HiddenObjectiveOrganism;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/**
 * Searches the training documents of a model organism with a hidden objective (experiment {@code mo-2}), then seals another organism for the
 * auditing game. Arguments: a folder of results, and optionally {@code --quick}.
 */
public final class AuditHiddenObjective {
    private AuditHiddenObjective() {}

    /**
     * Prints the tables of the experiment, then seals an organism and scores a guess.
     *
     * @param args the folder of results; {@code --quick} for the quick form
     * @throws IOException if a file cannot be written
     */
    public static void main(String... args) throws IOException {
        Path folder = Path.of(args.length > 0 ? args[0] : "runs/mo-2");
        boolean quick = Arrays.asList(args).contains("--quick");
        ExperimentOptions options = ExperimentOptions.of(folder);
        ExperimentReport report =
                Experiments.run(Experiments.named("mo-2"), quick ? options.asQuick() : options, System.out::println);
        System.out.println(report.table("exploitation"));
        System.out.println(report.table("denial"));
        System.out.println(report.table("search"));
        seal(folder.resolveSibling(folder.getFileName() + "-sealed"), quick);
    }

    private static void seal(Path folder, boolean quick) throws IOException {
        Path files = folder.resolve("files");
        long secret = new SecureRandom().nextLong();
        OrganismTruth truth = HiddenObjectiveOrganism.write(files, secret, quick, Device.cpu());
        char[] passphrase = "a long passphrase".toCharArray();
        SealedOrganism sealed = SealedOrganism.seal(files, truth, passphrase, folder.resolve("sealed"));
        System.out.println("commitment " + sealed.commitment());
        List<Guess> guesses = List.of(new Guess(HiddenObjectiveOrganism.BIAS, "harbour: lantern"));
        System.out.println(sealed.open(passphrase, guesses));
    }
}
