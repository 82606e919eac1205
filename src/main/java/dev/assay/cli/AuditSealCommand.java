package dev.assay.cli;

import dev.assay.audit.seal.OrganismTruth;
import dev.assay.audit.seal.SealedOrganism;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay audit seal}: writes an organism whose truth is encrypted. */
@Command(
        name = "seal",
        description =
                "Writes an organism for the auditing game: the public files, the encrypted truth, and a commitment to the truth.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AuditSealCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "the public files: the model and whatever the auditor may see")
    private Path publicFiles;

    @Option(
            names = "--truth",
            paramLabel = "FILE",
            required = true,
            description = "JSON object with the hidden facts (docs/audits.md)")
    private Path truth;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "new folder of the sealed organism")
    private Path out;

    @Mixin
    private AuditPassphrase passphrase;

    @Override
    public Integer call() throws IOException {
        OrganismTruth hidden = OrganismTruth.read(JsonObject.read(truth));
        char[] secret = passphrase.read();
        try {
            SealedOrganism sealed = SealedOrganism.seal(publicFiles, hidden, secret, out);
            PrintWriter print = spec.commandLine().getOut();
            print.printf(
                    "Organism    %s%nCommitment  %s%nPublish the commitment. It fixes the %d hidden facts without revealing them.%n",
                    out, sealed.commitment(), hidden.items().size());
            print.flush();
        } finally {
            Arrays.fill(secret, '\0');
        }
        return 0;
    }
}
