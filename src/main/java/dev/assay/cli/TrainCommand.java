package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStore;
import dev.assay.sae.Architecture;
import dev.assay.sae.SaelensFolder;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.train.AuxiliaryLoss;
import dev.assay.train.OptimizerOptions;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assay train}: from a model and text, or from stored activations, to a dictionary in a folder. */
@Command(
        name = "train",
        description = {
            "Trains a dictionary on a model's activations and saves it as a SAELens folder.",
            "A run that was interrupted goes on when the same command is given again."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {
    /** What a run keeps beside the dictionary. */
    static final Set<String> COMPANIONS =
            Set.of(RunDescription.FILE, "metrics.jsonl", "checkpoints", "evaluation.json", "features", "features.html");

    @Spec
    private CommandSpec spec;

    @Mixin
    private RunOptions runOptions;

    @Option(
            names = "--activations",
            paramLabel = "DIR",
            description = "what assay harvest has written, to train on instead of a live model and text")
    private Path activations;

    @Option(
            names = "--hook",
            paramLabel = "SITE",
            description =
                    "such as blocks.2.hook_resid_post, or what an exported model calls it (default: the one site of"
                            + " --activations)")
    private String hook;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "where the run and its dictionary go")
    private Path out;

    @Option(names = "--architecture", paramLabel = "NAME", defaultValue = "topk", description = "topk")
    private String architecture;

    @Option(
            names = "--k",
            paramLabel = "N",
            defaultValue = "32",
            description = "active latents a token (default ${DEFAULT-VALUE})")
    private int k;

    @Option(names = "--d-sae", paramLabel = "N", required = true, description = "the number of latents")
    private int dSae;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            required = true,
            description = "activations to train on, repeats counted")
    private long tokens;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "2048",
            description = "activations a step (default ${DEFAULT-VALUE})")
    private int batch;

    @Option(names = "--lr", paramLabel = "X", description = "peak learning rate (default: by the number of latents)")
    private Double learningRate;

    @Option(
            names = "--aux-coefficient",
            paramLabel = "X",
            description = "weight of the loss on dead latents (default 1/32)")
    private Double auxiliaryCoefficient;

    @Option(
            names = "--dead-after",
            paramLabel = "N",
            description = "silent tokens after which a latent is dead (default: tokens / 20)")
    private Long deadAfter;

    @Option(
            names = "--normalize",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "scale activations to a mean norm of √d while training (default)")
    private boolean normalize;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "decides all randomness (default ${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--checkpoint-seconds",
            paramLabel = "X",
            defaultValue = "60",
            description = "seconds between checkpoints (default ${DEFAULT-VALUE})")
    private double checkpointSeconds;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        if (activations != null) {
            return trainOnStore();
        }
        RunDescription run = runOptions.describe(hook, seed);
        try (SourceModel model = SourceModel.open(run, List.of(hook), place.device())) {
            return train(run, model.source(run.corpus(model.tokenizer())));
        }
    }

    private int trainOnStore() throws IOException {
        runOptions.refuseBeside("--activations");
        ActivationStore store = ActivationStore.open(activations);
        if (hook == null && store.sites().size() > 1) {
            throw new InvalidInputException(activations + " has several sites, expected --hook with one of "
                    + String.join(", ", store.sites()));
        }
        String site = hook == null ? store.sites().get(0) : hook;
        ActivationSource source = store.source(site).seed(seed).device(place.device());
        return train(RunDescription.of(store, site), source);
    }

    private int train(RunDescription run, ActivationSource source) throws IOException {
        long start = System.nanoTime();
        SaeTrainer trainer = trainer(source);
        trainer.plan(); // every option is checked before the folder is touched
        run.write(out);
        SaelensFolder.check(out, COMPANIONS);
        try (SparseAutoencoder sae = trainer.train()) {
            SaelensFolder.write(sae, out, COMPANIONS);
        }
        PrintWriter print = spec.commandLine().getOut();
        print.printf(
                Locale.ROOT,
                "%s: a dictionary of %,d latents, trained in %.0f s%n",
                out,
                dSae,
                (System.nanoTime() - start) / 1e9);
        print.flush();
        return 0;
    }

    private SaeTrainer trainer(ActivationSource source) {
        SaeTrainer trainer = SaeTrainer.of(architecture())
                .source(source)
                .dictionarySize(dSae)
                .tokens(tokens)
                .batchSize(batch)
                .seed(seed)
                .normalizesActivations(normalize)
                .output(out)
                .checkpointEvery(Duration.ofNanos((long) (checkpointSeconds * 1e9)));
        if (learningRate != null) {
            trainer.optimizer(OptimizerOptions.of(learningRate));
        }
        if (auxiliaryCoefficient != null) {
            trainer.auxiliaryLoss(new AuxiliaryLoss(auxiliaryCoefficient, AuxiliaryLoss.Convention.NORMALIZED));
        }
        if (deadAfter != null) {
            trainer.deadAfter(deadAfter);
        }
        return trainer;
    }

    private Architecture architecture() {
        if (!architecture.equals("topk")) {
            throw new InvalidInputException("architecture is \"" + architecture + "\", expected topk");
        }
        return TopK.of(k);
    }
}
