package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.store.ActivationStore;
import dev.assay.run.RunDescription;
import dev.assay.run.SourceModel;
import dev.assay.sae.SaelensFolder;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.train.SaeTrainer;
import dev.assay.train.plan.Target;
import dev.assay.train.spi.TrainingMethod;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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
    static final Set<String> COMPANIONS = Set.of(
            RunDescription.FILE,
            "metrics.jsonl",
            "report.html",
            "tensorboard",
            "checkpoints",
            MonitoringOptions.BEST,
            "evaluation.json",
            "features",
            "features.html");

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

    @Option(
            names = "--target",
            paramLabel = "SITE",
            description = "train a transcoder, which predicts the activations of this site from those of --hook")
    private String target;

    @Option(names = "--skip", description = "give the transcoder a linear part that is not sparse")
    private boolean skip;

    @Mixin
    private MethodOptions method;

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

    @Mixin
    private TrainingOptions training;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "decides all randomness (default ${DEFAULT-VALUE})")
    private long seed;

    @Mixin
    private MonitoringOptions watch;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        if (activations != null) {
            return trainOnStore();
        }
        RunDescription run = runOptions.describe(hook == null ? null : List.of(hook), seed);
        try (SourceModel model = SourceModel.open(run, sites(hook), place.device())) {
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
        ActivationSource source = store.source(sites(site)).seed(seed).device(place.device());
        return train(RunDescription.of(store, List.of(site)), source);
    }

    /** The input's site, and that of a transcoder's target. */
    private List<String> sites(String input) {
        if (target == null && skip) {
            throw new InvalidInputException(
                    "--skip is given without --target, expected both: it is part of a transcoder");
        }
        if (target != null && target.equals(input)) {
            throw new InvalidInputException("--target is the site of --hook, expected another");
        }
        return target == null ? List.of(input) : List.of(input, target);
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
        watch.saveBest(trainer, run, out);
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
        TrainingMethod trained = method.method(dSae);
        SaeTrainer trainer = SaeTrainer.of(trained)
                .source(source)
                .dictionarySize(dSae)
                .tokens(tokens)
                .batchSize(batch)
                .seed(seed)
                .output(out);
        if (target != null) {
            trainer.target(skip ? Target.OTHER_SITE_WITH_SKIP : Target.OTHER_SITE);
        }
        training.apply(trainer, trained, dSae);
        watch.apply(trainer);
        return trainer;
    }
}
