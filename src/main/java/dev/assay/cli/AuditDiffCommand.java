package dev.assay.cli;

import dev.assay.audit.run.AuditDocuments;
import dev.assay.audit.run.AuditResult;
import dev.assay.audit.run.AuditSession;
import dev.assay.model.HookedTransformer;
import dev.assay.run.Run;
import dev.assay.run.SourceModel;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code assay audit diff}: compares the features of a base and a tuned model on the same documents. */
@Command(
        name = "diff",
        description =
                "Compares the features of the run's model with those of a tuned model on the same documents, next to random"
                        + " features and raw activations.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AuditDiffCommand implements Callable<Integer> {
    @Option(
            names = "--tuned",
            paramLabel = "MODEL",
            required = true,
            description = "the tuned model: folder of a Hugging Face model or hub name")
    private String tuned;

    @Option(
            names = "--crosscoder",
            paramLabel = "DIR",
            description =
                    "also compare the decoder norms of this dictionary, which was trained on the activations of the run's model"
                            + " followed by those of the tuned model")
    private Path crosscoder;

    @Mixin
    private AuditOptions audit;

    @Override
    public Integer call() throws IOException {
        return audit.run(audit.settings(), this::diff);
    }

    private AuditResult diff(AuditSession session, Run run, AuditDocuments documents, Path out) throws IOException {
        try (HookedTransformer model = SourceModel.whole(
                run.description().withModel(tuned), run.model().device())) {
            if (crosscoder == null) {
                return session.diff(documents, model, Optional.empty(), out);
            }
            try (SparseAutoencoder both = SparseAutoencoder.load(crosscoder)) {
                return session.diff(documents, model, Optional.of(both), out);
            }
        }
    }
}
