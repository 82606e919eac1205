package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.audit.diff.Crosscoder;
import dev.assay.audit.diff.CrosscoderDiff;
import dev.assay.audit.diff.CrosscoderDiff.CrosscoderLatent;
import dev.assay.audit.diff.CrosscoderFit;
import dev.assay.model.HookedTransformer;
import dev.assay.run.Run;
import dev.assay.run.SourceModel;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Split;
import dev.assay.train.SaeTrainer;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay audit crosscoder}: trains one dictionary of a base and a tuned model. */
@Command(
        name = "crosscoder",
        description =
                "Trains one dictionary of the run's model and a tuned model at the run's site on the run's text, for audit diff.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AuditCrosscoderCommand implements Callable<Integer> {
    private static final String RECONSTRUCTION = "Reconstruction of %s text%n";
    private static final String LATENTS = "Latents by the share of the tuned model in their norms";

    /** The largest shares of the tuned model in the norms of a latent, per row of the table. */
    private static final double[] SHARES = {0.1, 0.3, 0.7, 0.9, 1};

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "a run folder, or any dictionary with --model")
    private String name;

    @Option(
            names = "--tuned",
            paramLabel = "MODEL",
            required = true,
            description = "the tuned model: folder of a Hugging Face model or hub name")
    private String tuned;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "folder of the crosscoder: absent, empty, or of an interrupted training, which is resumed")
    private Path out;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            required = true,
            description = "number of tokens to train on; repeated passes count")
    private long tokens;

    @Option(
            names = "--d-sae",
            paramLabel = "N",
            description = "number of latents (default: that of the run's dictionary)")
    private Integer latents;

    @Option(
            names = "--k",
            paramLabel = "N",
            defaultValue = "32",
            description = "mean number of active latents per token (default ${DEFAULT-VALUE})")
    private double active;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "" + SaeTrainer.DEFAULT_BATCH,
            description = "tokens per step (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(
            names = "--measured-tokens",
            paramLabel = "N",
            defaultValue = "50000",
            description =
                    "number of tokens to measure the reconstruction on: held-out ones, or training ones if no document is held"
                            + " out (default ${DEFAULT-VALUE})")
    private long measured;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "seed of all randomness (default ${DEFAULT-VALUE})")
    private long seed;

    @Mixin
    private DictionaryOptions dictionary;

    @Override
    public Integer call() throws IOException {
        InvalidInputException.requireAtLeast(1, "--measured-tokens", measured);
        try (Run run = dictionary.open(name);
                HookedTransformer other = SourceModel.whole(
                        run.description().withModel(tuned), run.model().device())) {
            Crosscoder both = Crosscoder.of(run.model(), other, run.point(), run.corpus());
            SaeTrainer trainer = both.trainer(active)
                    .dictionarySize(latents == null ? run.dictionary().dSae() : latents)
                    .tokens(tokens)
                    .batchSize(batch)
                    .seed(seed)
                    .output(out);
            trainer.plan(); // validates every option before the folder is changed
            return InterruptibleTraining.run(out, spec.commandLine().getErr(), (stop, notice) -> {
                try (SparseAutoencoder crosscoder =
                        trainer.stopWhen(stop).listener(notice).train(trained -> trained.save(out))) {
                    Split part = run.corpus().heldOutEvery() > 0 ? Split.HELD_OUT : Split.TRAINING;
                    print(
                            part,
                            both.fit(crosscoder, part, measured),
                            CrosscoderDiff.of(crosscoder, run.model().width(run.point())));
                }
                return 0;
            });
        }
    }

    private void print(Split part, CrosscoderFit fit, List<CrosscoderLatent> all) {
        Table reconstruction = Table.of("")
                .numbers("tokens", "base FVU", "tuned FVU", "L0")
                .row(
                        Cell.count(fit.tokens()),
                        Cell.number(fit.baseFvu()),
                        Cell.number(fit.tunedFvu()),
                        Cell.number("%.2f", fit.l0()));
        Table shares = Table.of(LATENTS).words("tuned share").numbers("latents");
        double low = 0;
        for (double high : SHARES) {
            double from = low;
            boolean last = high == 1;
            shares.row(
                    Cell.text(from + " to " + (last ? "1.0" : "below " + high)),
                    Cell.count(all.stream()
                            .filter(latent -> latent.tunedShare() >= from && (last || latent.tunedShare() < high))
                            .count()));
            low = high;
        }
        PrintWriter print = spec.commandLine().getOut();
        print.printf(RECONSTRUCTION, part == Split.HELD_OUT ? "held-out" : "training");
        print.println(reconstruction.toText());
        print.println(LATENTS + "\n" + shares.toText());
        print.println("Crosscoder  " + out);
        print.flush();
    }
}
